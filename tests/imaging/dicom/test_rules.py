"""What a header says: what is refused, what is warned of, and what reaches the film."""

import numpy as np
import pytest

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.reader import read_dicom
from cxr_app.imaging.dicom.terms import CHEST, MODALITIES, PARTS
from cxr_app.imaging.spacing import SpacingKind
from cxr_app.limits import Limits
from tests.imaging.dicom.asking import read, rejection, row
from tests.imaging.dicom.makers import (
    EXPLICIT,
    element,
    elements,
    meta,
    ramp,
)

DX_CLASS = "1.2.840.10008.5.1.4.1.1.1.1"
SC_CLASS = "1.2.840.10008.5.1.4.1.1.7"
REPAIRED = (Code.DISPLAY_VALUES_REPAIRED,)


# Kinds of file


@pytest.mark.parametrize("modality", ["CR", "DX", "RG", "cr "])
def test_radiographs(modality):
    assert read(Modality=modality).modality == modality.strip().upper()


@pytest.mark.parametrize("modality", ["CT", "MR", "US", "MG", "OT", "XC"])
def test_other_modalities_are_named(modality):
    error = rejection(Modality=modality)
    assert error.code is Code.DICOM_WRONG_MODALITY
    assert error.figures == {"modality": MODALITIES[modality]}
    assert modality in str(error) or modality == "XC"


@pytest.mark.parametrize("modality", ["DOE", "CT^JOHN", "1970"])
def test_a_modality_that_is_no_defined_term_is_not_repeated(modality):
    error = rejection(Modality=modality)
    assert error.figures == {"modality": "another kind of picture"}


@pytest.mark.parametrize("modality", ["", None])
def test_an_empty_modality_needs_the_class_of_a_radiograph(modality):
    assert read(Modality=modality).modality is None
    assert read(Modality=modality, SOPClassUID=DX_CLASS).modality is None
    assert read(Modality=modality, SOPClassUID=None).modality is None  # of the meta information
    assert rejection(Modality=modality, SOPClassUID=SC_CLASS).code is Code.DICOM_WRONG_MODALITY


@pytest.mark.parametrize(
    "part", [None, "", *sorted(CHEST), "chest", "PORT CHEST", "THORAX AP", "CHEST_PA"]
)
def test_chest(part):
    assert read(BodyPartExamined=part).modality == "CR"


@pytest.mark.parametrize("part", sorted(PARTS))
def test_other_parts_are_named(part):
    error = rejection(BodyPartExamined=part)
    assert error.code is Code.DICOM_WRONG_BODY_PART
    assert error.figures == {"part": PARTS[part]}


@pytest.mark.parametrize("part", ["DOE^JOHN", "KNIE", "HAND OF JOHN", "ORCHESTRA"])
def test_a_part_that_is_no_defined_term_is_not_repeated(part):
    assert rejection(BodyPartExamined=part).figures == {"part": "another part of the body"}


def test_no_pixels():
    body = elements({"Modality": "CR", "Rows": 96, "Columns": 96})
    with pytest.raises(Rejected) as error:
        read_dicom(meta(EXPLICIT) + body, Limits())
    assert error.value.code is Code.DICOM_NO_PIXELS


@pytest.mark.parametrize(
    "sop_class",
    [
        "1.2.840.10008.1.3.10",
        "1.2.840.10008.5.1.4.1.1.88.33",
        "1.2.840.10008.5.1.4.1.1.11.1",
    ],
)
def test_classes_without_a_picture(sop_class):
    assert rejection(SOPClassUID=sop_class).code is Code.DICOM_NO_PIXELS
    assert rejection(SOPClassUID=None, storage=sop_class).code is Code.DICOM_NO_PIXELS


# Pictures and their shape


@pytest.mark.parametrize(
    "values",
    [
        {"SamplesPerPixel": 3},
        {"PhotometricInterpretation": "RGB"},
        {"PhotometricInterpretation": "PALETTE COLOR"},
        {"PhotometricInterpretation": "YBR_FULL_422", "SamplesPerPixel": 3},
    ],
)
def test_colour(values):
    assert rejection(**values).code is Code.DICOM_COLOUR


def test_frames():
    error = rejection(NumberOfFrames="10")
    assert (error.code, error.figures) == (Code.MULTI_FRAME, {"n": 10})
    for one in ("1", "0", "", "x", None):
        assert read(NumberOfFrames=one).depth == 16


@pytest.mark.parametrize(
    "values",
    [
        {"PhotometricInterpretation": None},
        {"Rows": 0},
        {"Columns": 0},
        {"Rows": None},
        {"BitsAllocated": None},
        {"BitsAllocated": 12},
        {"BitsAllocated": 32},
        {"BitsStored": 17},
        {"BitsStored": 0},
        {"BitsStored": 12, "HighBit": 10},
        {"HighBit": 16},
        {"BitsStored": 12, "HighBit": 16},
        {"PixelRepresentation": 2},
    ],
)
def test_headers_that_contradict_themselves(values):
    assert rejection(**values).code is Code.DICOM_BAD_HEADER


def test_the_order_of_the_stages():
    everything = {"Modality": "CT", "BodyPartExamined": "HIP", "PhotometricInterpretation": "RGB"}
    everything |= {"NumberOfFrames": "9", "syntax": "1.2.3", "BitsAllocated": 12}
    order = [
        ("Modality", Code.DICOM_WRONG_MODALITY),
        ("BodyPartExamined", Code.DICOM_WRONG_BODY_PART),
        ("PhotometricInterpretation", Code.DICOM_COLOUR),
        ("NumberOfFrames", Code.MULTI_FRAME),
        ("syntax", Code.DICOM_UNSUPPORTED_SYNTAX),
        ("BitsAllocated", Code.DICOM_BAD_HEADER),
    ]
    for name, code in order:
        assert rejection(**everything).code is code
        del everything[name]
    assert read(**everything).depth == 16


# Stored values


def test_garbage_above_the_bits_stored_is_masked():
    # 0xF123 & 0x0FFF = 0x123
    film = read(row([0xF123, 0x0FFF]), BitsStored=12)
    assert film.stored.reshape(-1)[:2].tolist() == [0x123, 0xFFF]


def test_bits_that_do_not_start_at_the_lowest():
    # High bit 15 of twelve: 0x123F >> 4 = 0x123
    film = read(row([0x123F, 0xFFF0]), BitsStored=12, HighBit=15)
    assert film.stored.reshape(-1)[:2].tolist() == [0x123, 0xFFF]
    # High bit 13: (0xC123 >> 2) & 0xFFF = 0x048
    film = read(row([0xC123, 0]), BitsStored=12, HighBit=13)
    assert film.stored.reshape(-1)[0] == 0x048


def test_the_sign_is_that_of_the_bits_stored():
    # Twelve bits: 0x0FFF -> -1, 0x0800 -> -2048, 0xF7FF -> 2047
    film = read(row([0x0FFF, 0x0800, 0xF7FF]), BitsStored=12, PixelRepresentation=1)
    assert film.stored.dtype == np.int16
    assert film.stored.reshape(-1)[:3].tolist() == [-1, -2048, 2047]
    # Seven of eight bits: 0x40 -> -64, 0xBF -> 63
    film = read(row([0x40, 0xBF], np.uint8), BitsStored=7, PixelRepresentation=1)
    assert film.stored.reshape(-1)[:2].tolist() == [-64, 63]


@pytest.mark.parametrize(
    ("dtype", "bits", "depth"), [(np.uint8, 8, 8), (np.uint16, 8, 8), (np.uint16, 9, 16)]
)
def test_depth(dtype, bits, depth):
    assert read(ramp(dtype), BitsStored=bits).depth == depth


def test_pixels_are_read_only():
    film = read()
    assert not film.stored.flags.writeable
    assert not film.display.flags.writeable


# Facts and warnings


def test_facts():
    film = read(PatientAge="004Y", PatientSex="F", ViewPosition="PA", ImageLaterality="L")
    assert (film.age_years, film.sex, film.view, film.laterality) == (4, "F", "PA", "L")
    assert read(Laterality="R").laterality == "R"


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("062Y", 62),
        ("003M", 0.25),
        ("010W", 70 / 365.25),
        ("020D", 20 / 365.25),
        ("000D", 0),
        ("62", None),
        ("62Y", 62),  # three digits are the rule
        ("5Y", 5),
        ("999Y", None),
        ("0062Y", None),
        ("062", None),
        ("-02Y", None),
        ("062X", None),
        ("", None),
        (None, None),
    ],
)
def test_age(text, years):
    found = read(PatientAge=text).age_years
    assert found == (None if years is None else pytest.approx(years))


@pytest.mark.parametrize(
    ("born", "seen", "years"),
    [
        ("20150601", "20200601", 5),
        ("20150601", "20200531", 4),
        ("19500101", "20200101", 70),
        ("20200601", "20150601", None),  # before it was born
        ("18000101", "20200101", None),
        ("20151301", "20200101", None),
        ("", "20200101", None),
        ("20150601", None, None),
    ],
)
def test_an_age_that_is_not_stated_is_counted_from_birth_to_the_study(born, seen, years):
    film = read(PatientBirthDate=born, StudyDate=seen)

    assert film.age_years == years
    assert not any(text in repr(film) for text in ("2015", "1950", "2020"))


def test_a_stated_age_stands_before_a_counted_one():
    film = read(PatientAge="003Y", PatientBirthDate="19500101", StudyDate="20200101")

    assert film.age_years == 3


@pytest.mark.parametrize("name", ["PatientSex", "ViewPosition", "Laterality", "ImageLaterality"])
def test_what_is_no_defined_term_is_left_out(name):
    film = read(**{name: "DOE"})
    assert (film.sex, film.view, film.laterality) == (None, None, None)


@pytest.mark.parametrize(
    ("values", "spacing"),
    [
        ({"ImagerPixelSpacing": "0.2\\0.1", "PixelSpacing": "0.4\\0.3"}, (0.2, 0.1)),
        ({"PixelSpacing": "0.4\\0.3"}, (0.4, 0.3)),
        ({"ImagerPixelSpacing": "0\\0.1", "PixelSpacing": "0.4\\0.3"}, (0.4, 0.3)),
        ({"ImagerPixelSpacing": "0.1"}, None),
        ({"ImagerPixelSpacing": "nan\\0.1"}, None),
        ({"ImagerPixelSpacing": "0.1\\inf"}, None),
        ({"ImagerPixelSpacing": "-0.1\\-0.1"}, None),
        ({"ImagerPixelSpacing": "a\\b"}, None),
        ({}, None),
    ],
)
def test_spacing(values, spacing):
    found = read(**values).spacing
    assert (found and (found.row_mm, found.column_mm)) == spacing


BOTH = {"ImagerPixelSpacing": "0.2\\0.2", "PixelSpacing": "0.15\\0.15"}


@pytest.mark.parametrize(
    ("values", "kind", "row"),
    [
        ({"ImagerPixelSpacing": "0.2\\0.2"}, SpacingKind.DETECTOR, 0.2),
        ({"ImagerPixelSpacing": "0.2\\0.2", "PixelSpacing": "0.2\\0.2"}, SpacingKind.DETECTOR, 0.2),
        (BOTH, SpacingKind.DETECTOR, 0.2),  # nobody says by what Pixel Spacing was corrected
        ({**BOTH, "PixelSpacingCalibrationType": "FIDUCIAL"}, SpacingKind.CALIBRATED, 0.15),
        ({**BOTH, "PixelSpacingCalibrationType": "GEOMETRY"}, SpacingKind.CALIBRATED, 0.15),
        ({"PixelSpacing": "0.15\\0.15"}, SpacingKind.UNSTATED, 0.15),
    ],
)
def test_where_a_spacing_holds(values, kind, row):
    found = read(**values).spacing
    assert (found.kind, found.row_mm) == (kind, row)


def test_all_usable_windows_are_kept_for_a_menu():
    film = read(WindowCenter="40\\x\\600", WindowWidth="400\\100\\1600")
    assert [(one.centre, one.width) for one in film.windows] == [(40, 400), (600, 1600)]


@pytest.mark.parametrize(
    ("values", "warnings"),
    [
        ({}, ()),
        ({"PresentationIntentType": "FOR PRESENTATION", "BurnedInAnnotation": "NO"}, ()),
        ({"PresentationIntentType": "FOR PROCESSING"}, (Code.FOR_PROCESSING,)),
        ({"BurnedInAnnotation": "YES"}, (Code.ANNOTATIONS_BURNED_IN,)),
        ({"ViewPosition": "LL"}, (Code.LATERAL_VIEW,)),
        ({"ViewPosition": "RL"}, (Code.LATERAL_VIEW,)),
        ({"ViewPosition": "LATERAL"}, (Code.LATERAL_VIEW,)),
        ({"ViewPosition": "LLD"}, ()),  # lying on the left side, taken from the front
        ({"ViewCodeSequence": [{"CodeValue": "R-10236"}]}, (Code.LATERAL_VIEW,)),
        ({"ViewCodeSequence": [{"CodeValue": "399067008"}]}, (Code.LATERAL_VIEW,)),
        ({"ViewCodeSequence": [{"CodeValue": "R-10206"}]}, ()),  # from front to back
        (
            {
                "BurnedInAnnotation": "YES",
                "PresentationIntentType": "FOR PROCESSING",
                "ViewPosition": "LL",
                "WindowCenter": "1",
            },
            (
                Code.LATERAL_VIEW,
                Code.DISPLAY_VALUES_REPAIRED,
                Code.FOR_PROCESSING,
                Code.ANNOTATIONS_BURNED_IN,
            ),
        ),
    ],
)
def test_warnings(values, warnings):
    assert read(**values).warnings == warnings


def test_identity_reaches_no_field():
    secret = {"PatientName": "Doe^John", "PatientID": "4711", "StudyDate": "19700101"}
    film = read(**secret, ViewPosition="DOE", PatientSex="DOE", PatientAge="4711")
    assert not any(text in repr(film) for text in ("Doe", "DOE", "4711", "1970"))


def test_private_elements_do_not_matter():
    extra = element(0x00290010, "LO", b"Doe^John")
    assert read(extra=extra).display.tolist() == read().display.tolist()
