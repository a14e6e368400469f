"""Thirty public files of many makers: what becomes of each.

They are not in the repository. CXR_DICOM_FILES names a folder that holds `dicom-chest` and
`dicom-other`; without it these tests are skipped.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.private import private_header
from cxr_app.imaging.dicom.reader import read_dicom
from cxr_app.imaging.dicom.syntax import looks_like_dicom
from cxr_app.limits import Limits

FOLDER = Path(os.environ.get("CXR_DICOM_FILES", "."))
pytestmark = pytest.mark.skipif("CXR_DICOM_FILES" not in os.environ, reason="no DICOM files here")

PART, KIND = "dicom_wrong_body_part", "dicom_wrong_modality"
# "ok" and its warnings, or the code of the rejection.
OUTCOMES = {
    "dicom-chest/CR-MONO1-10-chest-implicit.dcm": "ok",
    "dicom-chest/CR-MONO1-10-chest.dcm": "ok",
    "dicom-chest/CR-mono1-jpegll.dcm": "ok",
    "dicom-chest/RG1_J2KI.dcm": "ok",
    "dicom-chest/derived-mono1-10-deflated.dcm": "ok",
    "dicom-chest/derived-mono1-10-j2klossless.dcm": "ok",
    "dicom-chest/derived-mono1-10-rle.dcm": "ok",
    "dicom-chest/derived-mono1-8-child-age.dcm": "ok",
    "dicom-chest/derived-mono2-12-explicit.dcm": "ok",
    "dicom-chest/derived-mono2-12-j2klossless.dcm": "ok",
    "dicom-chest/derived-mono2-16-rle.dcm": "ok",
    "dicom-chest/derived-mono2-8-explicit.dcm": "ok",
    "dicom-chest/derived-mono2-8-wrongly-inverted.dcm": "ok",  # the tag lies: for the gate
    "dicom-chest/pa-fake-mono1-jpegbaseline.dcm": "ok",  # the tag lies: for the gate
    "dicom-chest/pa-mono2-jpegbaseline.dcm": "ok",
    "dicom-other/ankle-cr-mono1-j2k.dcm": PART,
    "dicom-other/ankle-cr-mono1-jpegextended.dcm": PART,
    "dicom-other/ct-abdomen-j2k.dcm": KIND,
    "dicom-other/ct-head-colour-jpeg.dcm": KIND,
    "dicom-other/ct-head-jpegls.dcm": KIND,
    "dicom-other/dog-thorax-dx.dcm": "ok",  # for the gate
    "dicom-other/hand-cr-blank-rle.dcm": "ok",  # states no body part, and is blank: for the gate
    "dicom-other/hip-cr-jpegextended.dcm": PART,
    "dicom-other/mr-multiframe-10.dcm": KIND,
    "dicom-other/mr-shoulder-j2k.dcm": KIND,
    "dicom-other/nm-wholebody-jpegll.dcm": KIND,
    "dicom-other/sr-no-pixels.dcm": "dicom_no_pixels",
    "dicom-other/us-colour-30frames.dcm": KIND,
    "dicom-other/us-colour-j2k.dcm": KIND,
    "dicom-other/us-palette-2frames-rle.dcm": KIND,
}


def _bytes(name):
    return (FOLDER / name).read_bytes()


def _film(name):
    return read_dicom(_bytes(f"dicom-chest/{name}.dcm"), Limits())


@pytest.mark.parametrize("name", OUTCOMES)
def test_outcome(name):
    data = _bytes(name)
    assert looks_like_dicom(data)
    try:
        film = read_dicom(data, Limits())
    except Rejected as error:
        found = error.code.value
    else:
        found = " ".join(("ok", *film.warnings))
        assert film.display.shape == film.stored.shape
    assert found == OUTCOMES[name]


@pytest.mark.parametrize("name", OUTCOMES)
def test_header(name):
    found = private_header(_bytes(name)).open()
    assert found.SOPClassUID
    assert "PixelData" not in found


def test_one_film_in_five_encodings():
    films = [
        _film(name)
        for name in (
            "CR-MONO1-10-chest",
            "CR-MONO1-10-chest-implicit",
            "derived-mono1-10-deflated",
            "derived-mono1-10-j2klossless",
            "derived-mono1-10-rle",
        )
    ]
    assert all((film.display == films[0].display).all() for film in films)


def test_bones_are_white():
    # The spine, along the middle, is brighter than the lungs at its sides.
    for name in ("CR-MONO1-10-chest", "CR-mono1-jpegll", "RG1_J2KI", "pa-mono2-jpegbaseline"):
        shown = _film(name).display
        rows, columns = shown.shape
        middle = shown[rows // 3 : rows // 2]
        spine = middle[:, columns * 46 // 100 : columns * 54 // 100].mean()
        lungs = middle[:, columns * 20 // 100 : columns * 35 // 100].mean()
        assert spine > lungs + 20


def test_the_other_colour_of_the_same_film():
    # Stored as negatives of each other, and said to be so.
    one, other = _film("derived-mono1-8-child-age"), _film("derived-mono2-8-explicit")
    assert np.abs(one.display.astype(int) - other.display).max() == 0


def test_facts():
    child = _film("derived-mono1-8-child-age")
    assert (child.age_years, child.sex, child.view, child.modality) == (4, "M", "PA", "CR")
    assert _film("pa-mono2-jpegbaseline").age_years is None  # "62" has no unit
