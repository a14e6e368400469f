"""Bytes that are no DICOM, are cut, or ask for more than a film needs."""

import os
import random
import struct
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.reader import read_dicom
from cxr_app.imaging.dicom.syntax import looks_like_dicom
from cxr_app.limits import Limits
from tests.imaging.dicom.makers import (
    BIG,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    RLE,
    dcm,
    element,
    elements,
    item,
    meta,
    ramp,
    rle,
)

LIMITS = Limits()
OPEN = 0xFFFFFFFF
END_OF_ITEM = struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
END_OF_SEQUENCE = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
OPEN_ITEM = struct.pack("<HHI", 0xFFFE, 0xE000, OPEN)


def code_of(data, limits=LIMITS):
    """Code of the rejection; None for a film. Anything else that is raised fails the test."""
    try:
        read_dicom(data, limits)
    except Rejected as error:
        return error.code if str(error) else None  # its figures fill its sentence
    return None


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, DEFLATED, BIG])
def test_looks_like_dicom(syntax):
    assert looks_like_dicom(dcm(syntax=syntax))
    if syntax in (IMPLICIT, EXPLICIT):
        assert looks_like_dicom(dcm(syntax=syntax, whole=False))
        assert looks_like_dicom(dcm(syntax=syntax)[132:])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x08\x00", id="two bytes"),
        pytest.param(b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100", id="one element"),
        pytest.param(bytes(1000), id="zeros"),
        pytest.param(b"DICM" + bytes(1000), id="the name at the start"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(200), id="PNG"),
        pytest.param(b"II*\0\x08\0\0\0" + bytes(200), id="TIFF"),
        pytest.param(b"\x08\x00\x00\x00" * 99, id="the same element again"),
        pytest.param(b"\x02\x00\x00\x00" * 99, id="the same element of group 2 again"),
        pytest.param(b"Patient: nobody, chest, two views.\n" * 9, id="text"),
        pytest.param(b"\x08\x00\x16\x00UI\xff\xff" + b"1" * 70000, id="a value too long"),
        pytest.param(dcm(whole=False)[8:], id="from the middle"),
        pytest.param(dcm(syntax=BIG, whole=False), id="big endian without meta information"),
    ],
)
def test_does_not_look_like_dicom(data):
    assert not looks_like_dicom(data)
    assert code_of(data) is Code.NOT_AN_IMAGE


def test_random_bytes_do_not_look_like_dicom():
    source = random.Random(7)
    assert not any(looks_like_dicom(source.randbytes(400)) for _ in range(20_000))


def test_group_lengths_are_known():
    body = element(0x00080000, "UL", struct.pack("<I", 9)) + dcm(whole=False)
    assert looks_like_dicom(body)
    assert code_of(body) is None


@pytest.mark.parametrize("end", [10, 100, 131])
def test_cut_before_its_name(end):
    assert code_of(dcm()[:end]) is Code.NOT_AN_IMAGE


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG])
def test_cut_anywhere_in_header_or_pixels(syntax):
    whole = dcm(syntax=syntax, PatientName="Doe^John", ViewCodeSequence=[{"CodeValue": "1"}])
    assert code_of(whole) is None
    start = len(meta(syntax))
    ends = {*range(start + 1, start + 420), len(whole) - 1, len(whole) - 9000}
    for end in ends:
        # Between two elements there is a data set without pixels.
        assert code_of(whole[:end]) in (Code.TRUNCATED, Code.DICOM_NO_PIXELS)
    assert sum(code_of(whole[:end]) is Code.DICOM_NO_PIXELS for end in ends) <= 14


def test_meta_information_without_an_end():
    many = element(0x00020100, "UI", b"") * 10**6
    assert code_of(bytes(128) + b"DICM" + many) in (Code.CORRUPT, Code.DICOM_BAD_HEADER)


def test_cut_behind_the_meta_information():
    assert code_of(meta(EXPLICIT)) is Code.TRUNCATED
    assert code_of(meta(EXPLICIT)[:-5]) is Code.TRUNCATED


def test_cut_in_encapsulated_pixels():
    whole = dcm(syntax=RLE, stream=rle(ramp()))
    assert code_of(whole) is None
    for missing in (1, 8, 9, 100, 9000):
        assert code_of(whole[:-missing]) is Code.TRUNCATED


def test_pixel_data_is_shorter_than_rows_and_columns_say():
    assert code_of(dcm(Rows=97)) is Code.TRUNCATED
    assert code_of(dcm(np.zeros((96, 96), np.uint8), BitsAllocated=16)) is Code.TRUNCATED


def test_pixel_data_may_be_longer():
    assert code_of(dcm(ramp(rows=100), Rows=99)) is None


def test_padding_behind_the_pixels_is_ignored():
    assert code_of(dcm() + bytes(100)) is None
    assert code_of(dcm() + b"\n") is None
    assert code_of(dcm() + b"\xff" * 64) is None


def test_elements_behind_the_pixels_are_walked():
    padding = element(0xFFFCFFFC, "OB", bytes(20))
    assert code_of(dcm() + padding) is None
    assert code_of(dcm() + padding[:-1]) is Code.TRUNCATED


def _nested(depth, *, is_open):
    content = b""
    for _ in range(depth):
        if is_open:
            inside = OPEN_ITEM + content + END_OF_ITEM + END_OF_SEQUENCE
            content = element(0x00400555, "SQ", inside, length=OPEN)
        else:
            content = element(0x00400555, "SQ", item(content))
    return content


@pytest.mark.parametrize("is_open", [True, False])
def test_nesting(is_open):
    assert code_of(dcm(extra=_nested(16, is_open=is_open))) is None
    assert code_of(dcm(extra=_nested(17, is_open=is_open))) is Code.DICOM_BAD_HEADER
    assert code_of(dcm(extra=_nested(3000, is_open=is_open))) is Code.DICOM_BAD_HEADER


def test_number_of_elements():
    def private(n):
        return b"".join(element(0x00290000 + 0x1000 + k, "LO", b"") for k in range(n))

    assert code_of(dcm(extra=private(19_900))) is None
    assert code_of(dcm(extra=private(20_001))) is Code.DICOM_BAD_HEADER


def test_elements_within_sequences_count():
    inside = b"".join(item(b"") for _ in range(20_001))
    assert code_of(dcm(extra=element(0x00400555, "SQ", inside))) is Code.DICOM_BAD_HEADER


def test_size_of_the_header():
    assert code_of(dcm(extra=element(0x00291010, "OB", bytes(4 * 2**20 - 2000)))) is None
    long = dcm(extra=element(0x00291010, "OB", bytes(4 * 2**20)))
    assert code_of(long) is Code.DICOM_BAD_HEADER


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param(b"\x29\x00\x10\x10??\x00\x00", id="no VR"),
        pytest.param(struct.pack("<HHI", 0xFFFE, 0xE000, 0), id="an item outside a sequence"),
        pytest.param(END_OF_ITEM, id="an end without a beginning"),
        pytest.param(element(0x00400555, "SQ", element(0x00080060, "CS", b"CR")), id="no item"),
        pytest.param(element(0x00400555, "SQ", item(b"")[:4] + b"\x90\0\0\0"), id="item too long"),
        pytest.param(
            element(0x00400555, "SQ", item(element(0x00080060, "CS", b"", length=90))),
            id="element longer than its item",
        ),
    ],
)
def test_broken_structure(extra):
    assert code_of(dcm(extra=extra)) is Code.CORRUPT


def test_broken_fragments():
    stray = element(0x7FE00010, "OB", element(0x00080060, "CS", b"CR"), length=OPEN)
    assert code_of(dcm(whole=True)[: -len(ramp().tobytes()) - 12] + stray) is Code.CORRUPT


def test_sequences_of_unknown_vr_are_implicit_inside():
    # PS3.5, 6.2.2, note 2
    inside = element(0x00280120, "US", b"\x05\x00", IMPLICIT)
    unknown = element(
        0x00291010, "UN", OPEN_ITEM + inside + END_OF_ITEM + END_OF_SEQUENCE, length=OPEN
    )
    assert code_of(dcm(extra=unknown)) is None


def test_a_claim_costs_no_memory():
    huge = element(0x7FE00010, "OW", b"\0" * 50, length=0xFFFFFFF0)
    body = meta(EXPLICIT) + elements({"Rows": 16000, "Columns": 4000, "Modality": "CR"}) + huge
    tracemalloc.start()
    try:
        assert code_of(body) is Code.TRUNCATED
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_a_long_header_is_walked_in_time():
    extra = b"".join(element(0x00291000 + k, "LO", b"x ") for k in range(19_900))
    began = time.process_time()
    assert code_of(dcm(extra=extra)) is None
    assert time.process_time() - began < 2


TABLE = [{"LUTDescriptor": [2, 0, 8], "LUTData": [0, 255]}]
GOOD = {
    "explicit": dcm(ViewCodeSequence=[{"CodeValue": "1"}], WindowCenter="1", WindowWidth="2"),
    "implicit": dcm(syntax=IMPLICIT, VOILUTSequence=TABLE, PatientAge="004Y"),
    "big endian": dcm(syntax=BIG, PixelPaddingValue=3, RescaleSlope="-1", RescaleIntercept="9"),
    "deflated": dcm(syntax=DEFLATED),
    "bare": dcm(whole=False),
    "rle": dcm(syntax=RLE, stream=rle(ramp())),
}


@pytest.mark.parametrize("kind", GOOD)
@settings(
    deadline=None,
    max_examples=int(os.environ.get("CXR_DICOM_MUTATIONS", "60")),
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_mutations_are_rejected_or_read(kind, data):
    whole = bytearray(GOOD[kind])
    # Mostly the header: it is short, and it decides all.
    places = st.one_of(st.integers(0, min(900, len(whole) - 1)), st.integers(0, len(whole) - 1))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(places)] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        cut = data.draw(places)
        del whole[cut : cut + data.draw(st.integers(0, 40))]
    code_of(bytes(whole))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=600))
def test_any_bytes_behind_a_beginning(data):
    code_of(meta(EXPLICIT) + data)
    code_of(dcm(whole=False)[:40] + data)
    code_of(dcm(extra=data))


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=600), st.sampled_from("50 51 57 70 80 81 90 91 201".split()))  # noqa: SIM905
def test_any_bytes_as_a_stream(data, name):
    frame = b"\xff\xd8\xff\xc3" + struct.pack(">HBHHB", 11, 8, 96, 96, 1)
    for stream in (data, frame + data, frame + data + b"\xff\xd9"):
        code_of(dcm(ramp(np.uint8), syntax="1.2.840.10008.1.2.4." + name, stream=stream))


def test_nothing_is_written(capfd, recwarn):
    for data in (*GOOD.values(), dcm(SpecificCharacterSet="nonsense", PatientName="Doe^John")):
        for step in range(0, 1000, 7):
            code_of(data[: step + 132] + b"\xff" + data[step + 133 :])
    frame = b"\xff\xd8\xff\xc1" + struct.pack(">HBHHB", 11, 12, 96, 96, 1)
    code_of(dcm(syntax="1.2.840.10008.1.2.4.51", stream=frame + bytes(100) + b"\xff\xd9"))
    assert capfd.readouterr() == ("", "")
    assert not list(recwarn)
