"""Compressed streams that are damaged, contradict the header or claim too much."""

import struct
import time
import tracemalloc

import imagecodecs
import numpy as np
import pytest

from cxr_app.codes import Code
from cxr_app.imaging.dicom.reader import read_dicom
from tests.imaging.dicom.asking import LIMITS, code_of
from tests.imaging.dicom.makers import (
    RLE,
    SMALL,
    dcm,
    j2k,
    ramp,
    rle,
    smooth,
)

J = "1.2.840.10008.1.2.4."


def _rle_with(*header, body=None):
    whole = rle(ramp())
    return struct.pack("<16I", *header, *[0] * (16 - len(header))) + (
        whole[64:] if body is None else body
    )


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        pytest.param(_rle_with(2, 64, 10**9), Code.TRUNCATED, id="offset far outside"),
        pytest.param(_rle_with(2, 10**9, 64), Code.TRUNCATED, id="first offset outside"),
        pytest.param(_rle_with(2, 9000, 64), Code.CORRUPT, id="offsets in disorder"),
        pytest.param(_rle_with(2, 0, 64), Code.CORRUPT, id="offset into the header"),
        pytest.param(_rle_with(3, 64, 64, 64), Code.DICOM_BAD_HEADER, id="segments"),
        pytest.param(_rle_with(999, 64, 64), Code.DICOM_BAD_HEADER, id="many segments"),
        pytest.param(_rle_with(2, 64, 64, body=b""), Code.TRUNCATED, id="empty segments"),
        pytest.param(_rle_with(2, 64, 70, body=b"\x81\0" * 9000), Code.TRUNCATED, id="short"),
        pytest.param(_rle_with(2, 64, 64, body=b"\x81\0" * 10**6), Code.TRUNCATED, id="bomb low"),
        pytest.param(
            _rle_with(2, 64, 10**6, body=b"\x81\0" * 10**6), Code.CORRUPT, id="bomb of 128 MB"
        ),
        pytest.param(rle(ramp())[:40], Code.TRUNCATED, id="cut header"),
    ],
)
def test_rle_that_is_damaged(stream, code):
    assert code_of(dcm(syntax=RLE, stream=stream)) is code


@pytest.mark.parametrize(
    ("name", "encode"),
    [
        ("50", lambda a: imagecodecs.jpeg8_encode(a, level=95)),
        ("70", lambda a: imagecodecs.jpeg8_encode(a, lossless=True)),
        ("80", imagecodecs.jpegls_encode),
        ("90", j2k),
    ],
)
@pytest.mark.parametrize("size", [(SMALL, 128), (128, SMALL), (200, 200)])
def test_size_of_stream_and_header_differ(name, encode, size):
    stream = bytes(encode(smooth(8)))
    made = dcm(np.zeros(size, np.uint8), syntax=J + name, stream=stream)
    if size == (SMALL, 128):
        assert read_dicom(made, LIMITS).stored.shape == size
    else:
        assert code_of(made) is Code.DICOM_BAD_HEADER


@pytest.mark.parametrize(
    ("name", "encode"),
    [
        ("50", lambda a: imagecodecs.jpeg8_encode(a, level=95)),
        ("51", lambda a: imagecodecs.jpeg8_encode(a, level=95)),
        ("70", lambda a: imagecodecs.jpeg8_encode(a, lossless=True)),
        ("80", imagecodecs.jpegls_encode),
        ("90", j2k),
    ],
)
@pytest.mark.parametrize("part", [0.0, 0.01, 0.5, 0.9])
def test_a_stream_that_ends_early(name, encode, part):
    pixels = smooth(8)
    stream = bytes(encode(pixels))
    made = dcm(pixels, syntax=J + name, stream=stream[: int(len(stream) * part)])
    assert code_of(made) in (Code.TRUNCATED, Code.CORRUPT)
    if part >= 0.5:
        assert code_of(made) is Code.TRUNCATED


@pytest.mark.parametrize("name", ["50", "51", "57", "70", "80", "81", "90", "91", "201"])
def test_a_stream_that_is_another_format(name):
    stream = b"\x89PNG\r\n\x1a\n" + bytes(3000)
    assert code_of(dcm(syntax=J + name, stream=stream)) is Code.CORRUPT


def test_a_colour_stream_in_a_grey_film():
    stream = j2k(np.zeros((SMALL, SMALL, 3), np.uint8))
    made = dcm(np.zeros((SMALL, SMALL), np.uint8), syntax=J + "90", stream=stream)
    assert code_of(made) is Code.DICOM_BAD_HEADER


def _siz(rows, columns):
    fields = (41, 0, columns, rows, 0, 0, columns, rows, 0, 0, 1, 15, 1, 1)
    return b"\xff\x4f\xff\x51" + struct.pack(">HHIIIIIIIIHBBB", *fields) + bytes(2000)


@pytest.mark.parametrize("name", ["50", "70", "80", "90"])
def test_a_stream_that_claims_an_enormous_film(name):
    jpeg = b"\xff\xd8\xff" + {"50": b"\xc0", "70": b"\xc3", "80": b"\xf7"}.get(name, b"")
    jpeg += struct.pack(">HBHHB", 11, 8, 20000, 20000, 1) + bytes(2000)
    stream = _siz(20000, 20000) if name == "90" else jpeg
    assert code_of(dcm(syntax=J + name, stream=stream)) is Code.TOO_MANY_PIXELS


def test_markers_without_an_end():
    for filler in (b"\xff", b"\xff\xfe\x00\x02", b"\xff\x01"):
        assert code_of(dcm(syntax=J + "70", stream=b"\xff\xd8" + filler * 10**6)) is Code.CORRUPT


def _patched(*, side=8000, tile=8000, block=None, precinct=None, levels=None, where="main"):
    """A stream of 96 x 96 whose header claims more; every field at its place in ISO 15444-1, A."""
    stream = bytearray(j2k(np.zeros((SMALL, SMALL), np.uint16)))
    struct.pack_into(">IIIIIIII", stream, 8, side, side, 0, 0, tile, tile, 0, 0)
    cod = stream.find(b"\xff\x52")
    end = cod + 2 + struct.unpack_from(">H", stream, cod + 2)[0]
    style = stream[cod:end]
    if levels is not None:
        style[9] = levels
    if block is not None:
        style[10] = style[11] = block
    if precinct is not None:
        style[4] |= 1
        style += bytes([precinct]) * (style[9] + 1)
        struct.pack_into(">H", style, 2, len(style) - 2)
    if where == "main":
        return bytes(stream[:cod] + style + stream[end:])
    if where == "component":  # COC: component 0, then the fields from the number of levels on
        fields = bytes([0, style[4] & 1]) + bytes(style[9:])
        coc = b"\xff\x53" + struct.pack(">H", len(fields) + 2) + fields
        return bytes(stream[:end] + coc + stream[end:])
    part = stream.find(b"\xff\x93")  # in the header of the first tile-part
    return bytes(stream[:part] + style + stream[part:])


@pytest.mark.parametrize("where", ["main", "component", "part"])
@pytest.mark.parametrize(
    "asks",
    [
        pytest.param({"block": 0}, id="code-blocks of 4 x 4"),
        pytest.param({"precinct": 0x11}, id="precincts of 2 x 2"),
        pytest.param({"precinct": 0x00}, id="precincts of 1 x 1"),
        pytest.param({"precinct": 0x1F}, id="precincts of one row"),
    ],
)
def test_jpeg_2000_that_asks_for_millions_of_records(asks, where):
    made = dcm(syntax=J + "90", stream=_patched(**asks, where=where), Rows=8000, Columns=8000)
    tracemalloc.start()
    try:
        assert code_of(made) is Code.TOO_LARGE_UNPACKED
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_jpeg_2000_with_tiles_that_are_not_there():
    made = dcm(syntax=J + "90", stream=_patched(tile=32), Rows=8000, Columns=8000)
    assert code_of(made) is Code.TRUNCATED


@pytest.mark.parametrize("asks", [{"levels": 33}, {"tile": 0}])
def test_jpeg_2000_with_a_header_that_cannot_be(asks):
    made = dcm(syntax=J + "90", stream=_patched(**asks), Rows=8000, Columns=8000)
    assert code_of(made) is Code.CORRUPT


def test_jpeg_2000_in_tiles_is_read():
    pixels = ramp(rows=256, columns=256)
    stream = bytes(imagecodecs.htj2k_encode(pixels, reversible=True, tile=(64, 64)))
    assert (read_dicom(dcm(pixels, syntax=J + "201", stream=stream), LIMITS).stored == pixels).all()


def test_jpeg_ls_without_its_end_mark_is_not_decoded():
    # The mark within a comment does not count.
    stream = bytes(imagecodecs.jpegls_encode(smooth(8)))
    comment = b"\xff\xfe\x00\x04\xff\xd9"
    cut = stream[:2] + comment + stream[2:600] + b"\x55"
    began = time.process_time()
    assert code_of(dcm(smooth(8), syntax=J + "80", stream=cut)) is Code.TRUNCATED
    assert time.process_time() - began < 1
