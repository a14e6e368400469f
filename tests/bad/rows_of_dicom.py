"""DICOM in the families of the table: names, polyglots, cuts, and headers that refuse or warn."""

import functools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from tests.bad.row import OK, Answer, Row
from tests.bad.rows_of_files import GOOD, good, row
from tests.imaging.dicom.makers import IMPLICIT, dcm, rle, smooth

__all__ = ["rows"]


def stretched() -> NDArray[np.uint8]:
    """The good film as a viewer without a window shows it: from its darkest to its brightest."""
    pixels = GOOD().astype(np.float64)
    low, high = pixels.min(), pixels.max()
    return np.floor((pixels - low) / (high - low) * 255 + 0.5).astype(np.uint8)


@functools.cache
def film(**values: object) -> bytes:
    return dcm(GOOD(), **values)


def names_and_polyglots() -> Iterator[Row]:
    """F03 and F05."""
    for name in ("film.png", "IM000001", "film.dcm.jpg"):
        yield Row(
            id=f"F03 dicom as {name}",
            make=film,
            answers=(OK,),
            twin=stretched,
            within=0.5,
            name=name,
        )
    bare = dcm(GOOD(), syntax=IMPLICIT, whole=False)
    yield row("F03 dicom without preamble", bare, OK, twin=stretched, within=0.5)
    for what, head in (("program", b"MZ\x90\0"), ("tiff", b"II*\0\x08\0\0\0")):
        data = head.ljust(128, b"\0") + film()[128:]
        yield row(f"F05 {what} in a preamble", data, OK, twin=stretched, within=0.5)
    yield row("F05 jpeg in a preamble", good("jpeg")[:128] + film()[128:], OK)


def cuts() -> Iterator[Row]:
    """F06: a cut within the first 132 bytes leaves nothing that says what it is."""
    data = film()
    for percent in (1, *range(10, 100, 10), 99):
        cut = data[: max(140, len(data) * percent // 100)]
        yield row(f"F06 dicom at {percent} %", cut, Code.TRUNCATED)
    yield row("F06 dicom last byte", data[:-1], Code.TRUNCATED)
    yield row("F06 dicom within its first 132 bytes", data[:131], Code.NOT_AN_IMAGE)
    packed = dcm(smooth(12), syntax="1.2.840.10008.1.2.5", stream=rle(smooth(12)), BitsStored=12)
    yield row("F06 dicom rle half", packed[: len(packed) // 2], Code.TRUNCATED, Code.CORRUPT)


def headers() -> Iterator[Row]:
    """F25 to F35: what a header says of its film."""
    told: tuple[tuple[str, dict[str, object], Answer], ...] = (
        ("F26 ct", {"Modality": "CT"}, Code.DICOM_WRONG_MODALITY),
        ("F26 no modality", {"Modality": None, "SOPClassUID": "1.2.3", "storage": "1.2.3"},
         Code.DICOM_WRONG_MODALITY),
        ("F26 hand", {"BodyPartExamined": "HAND"}, Code.DICOM_WRONG_BODY_PART),
        ("F27 colour", {"PhotometricInterpretation": "RGB", "SamplesPerPixel": 3},
         Code.DICOM_COLOUR),
        ("F28 frames", {"NumberOfFrames": 2}, Code.MULTI_FRAME),
        ("F29 syntax", {"syntax": "1.2.840.10008.1.2.4.100"}, Code.DICOM_UNSUPPORTED_SYNTAX),
        ("F30 bits", {"BitsStored": 12, "BitsAllocated": 8}, Code.DICOM_BAD_HEADER),
        ("F30 no rows", {"Rows": 0}, Code.DICOM_BAD_HEADER),
        ("F30 too small", {"Rows": 20, "Columns": 20}, Code.TOO_SMALL),
        ("F31 window of 0", {"WindowCenter": "100", "WindowWidth": "0"},
         (Code.DISPLAY_VALUES_REPAIRED,)),
        ("F32 raw", {"PresentationIntentType": "FOR PROCESSING"}, (Code.FOR_PROCESSING,)),
        ("F24 lateral", {"ViewPosition": "LL"}, (Code.LATERAL_VIEW,)),
        ("F25 text", {"BurnedInAnnotation": "YES"}, (Code.ANNOTATIONS_BURNED_IN,)),
    )  # fmt: skip
    for what, values, answer in told:
        yield row(f"dicom {what}", dcm(GOOD(), **values), answer)


def rows() -> list[Row]:
    """All of them."""
    return [*names_and_polyglots(), *cuts(), *headers()]
