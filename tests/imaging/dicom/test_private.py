"""A header that is kept for exports shows itself to nobody."""

import copy
import pickle

import pytest

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.private import private_header
from tests.imaging.dicom.makers import BIG, DEFLATED, EXPLICIT, IMPLICIT, dcm

NAME = "Doe^John"


@pytest.mark.parametrize(
    ("syntax", "whole"),
    [
        (IMPLICIT, True),
        (EXPLICIT, True),
        (BIG, True),
        (DEFLATED, True),
        (IMPLICIT, False),
        (EXPLICIT, False),
    ],
)
def test_opens(syntax, whole):
    kept = private_header(dcm(syntax=syntax, whole=whole, PatientName=NAME))
    found = kept.open()
    assert str(found.PatientName) == NAME
    assert found.Rows == 96
    assert "PixelData" not in found


def test_each_opening_gives_its_own():
    kept = private_header(dcm(PatientName=NAME))
    kept.open().PatientName = "Other"
    assert str(kept.open().PatientName) == NAME


def test_shows_nothing():
    kept = private_header(dcm(PatientName=NAME))
    assert repr(kept) == str(kept) == f"{kept}" == "PrivateHeader()"
    assert not hasattr(kept, "__dict__")


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
def test_does_not_leave(leave):
    with pytest.raises(TypeError, match="does not leave"):
        leave(private_header(dcm(PatientName=NAME)))


def test_no_dicom():
    with pytest.raises(Rejected) as error:
        private_header(b"nothing")
    assert error.value.code is Code.NOT_AN_IMAGE
