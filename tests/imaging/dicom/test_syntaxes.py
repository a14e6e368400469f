"""Transfer syntaxes: the same stored values, whichever way they were written."""

import struct
from dataclasses import replace

import imagecodecs
import numpy as np
import pytest

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.reader import read_dicom
from tests.imaging.dicom.asking import LIMITS, code_of
from tests.imaging.dicom.makers import (
    BIG,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    RLE,
    SMALL,
    dcm,
    element,
    encapsulated,
    j2k,
    ramp,
    rle,
    smooth,
)

J = "1.2.840.10008.1.2.4."


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG, DEFLATED])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16])
def test_native(syntax, dtype):
    film = read_dicom(dcm(ramp(dtype), syntax=syntax), LIMITS)
    assert film.stored.dtype == dtype
    assert (film.stored == ramp(dtype)).all()


def test_big_endian_bytes_in_words_stand_in_pairs():
    pixels = ramp(np.uint8)
    pairs = pixels.reshape(-1, 2)[:, ::-1].reshape(pixels.shape)
    whole = dcm(pairs, syntax=BIG, pixel_vr="OW")
    assert (read_dicom(whole, LIMITS).stored == pixels).all()
    octets = dcm(pixels, syntax=BIG, pixel_vr="OB")
    assert (read_dicom(octets, LIMITS).stored == pixels).all()


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT])
def test_without_preamble_and_meta_information(syntax):
    film = read_dicom(dcm(syntax=syntax, whole=False), LIMITS)
    assert (film.stored == ramp()).all()


def test_meta_information_without_a_preamble():
    assert (read_dicom(dcm()[132:], LIMITS).stored == ramp()).all()


@pytest.mark.parametrize(("stated", "written"), [(IMPLICIT, EXPLICIT), (EXPLICIT, IMPLICIT)])
def test_a_data_set_that_is_written_in_the_other_way(stated, written):
    whole = dcm(syntax=stated)
    head = len(whole) - len(dcm(syntax=stated, whole=False))
    film = read_dicom(whole[:head] + dcm(syntax=written, whole=False), LIMITS)
    assert (film.stored == ramp()).all()


def test_pixels_of_unknown_vr():
    assert (read_dicom(dcm(pixel_vr="UN"), LIMITS).stored == ramp()).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16])
def test_rle(dtype):
    film = read_dicom(dcm(ramp(dtype), syntax=RLE, stream=rle(ramp(dtype))), LIMITS)
    assert (film.stored == ramp(dtype)).all()


def test_rle_replicate_runs():
    # 96 * 96 = 9216 = 72 * 128 bytes: a count of 129 (257 - 128) repeats the next byte 128 times
    plane = b"\x81\x07" * 72
    stream = struct.pack("<16I", 1, 64, *[0] * 14) + plane
    film = read_dicom(dcm(np.full((SMALL, SMALL), 7, np.uint8), syntax=RLE, stream=stream), LIMITS)
    assert (film.stored == 7).all()


@pytest.mark.parametrize("name", ["50", "51"])
def test_jpeg_of_eight_bits(name):
    pixels = smooth(8)
    stream = bytes(imagecodecs.jpeg8_encode(pixels, level=98))
    film = read_dicom(dcm(pixels, syntax=J + name, stream=stream), LIMITS)
    assert film.depth == 8
    assert abs(film.stored.astype(int) - pixels).max() <= 3


def test_jpeg_of_twelve_bits():
    pixels = smooth(12)
    stream = bytes(imagecodecs.jpeg8_encode(pixels, level=98, bitspersample=12))
    film = read_dicom(dcm(pixels, syntax=J + "51", stream=stream, BitsStored=12), LIMITS)
    assert film.depth == 16
    assert abs(film.stored.astype(int) - pixels).max() <= 8


def test_jpeg_of_more_bits_than_stored_is_not_cut_off():
    # Ten bits stored, twelve in the stream: what passes 1023 by loss stays bright.
    pixels = np.full((SMALL, SMALL), 1030, np.uint16)
    stream = bytes(imagecodecs.jpeg8_encode(pixels, level=98, bitspersample=12))
    film = read_dicom(dcm(pixels, syntax=J + "51", stream=stream, BitsStored=10), LIMITS)
    assert film.stored.min() >= 1024


@pytest.mark.parametrize("name", ["57", "70"])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_jpeg_without_loss(name, bits):
    pixels = smooth(bits)
    stream = bytes(imagecodecs.jpeg8_encode(pixels, lossless=True, bitspersample=bits))
    film = read_dicom(dcm(pixels, syntax=J + name, stream=stream, BitsStored=bits), LIMITS)
    assert (film.stored == pixels).all()


def test_jpeg_without_loss_of_signed_values():
    pixels = smooth(16).astype(np.int16)
    stream = bytes(
        imagecodecs.jpeg8_encode(pixels.view(np.uint16), lossless=True, bitspersample=16)
    )
    film = read_dicom(dcm(pixels, syntax=J + "70", stream=stream), LIMITS)
    assert film.stored.dtype == np.int16
    assert (film.stored == pixels).all()


@pytest.mark.parametrize(("name", "level"), [("80", 0), ("81", 2)])
def test_jpeg_ls(name, level):
    pixels = smooth(16)
    stream = bytes(imagecodecs.jpegls_encode(pixels, level=level))
    film = read_dicom(dcm(pixels, syntax=J + name, stream=stream), LIMITS)
    assert abs(film.stored.astype(int) - pixels).max() <= level


@pytest.mark.parametrize("name", ["90", "91"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16])
def test_jpeg_2000(name, dtype):
    pixels = ramp(dtype)
    film = read_dicom(dcm(pixels, syntax=J + name, stream=j2k(pixels)), LIMITS)
    assert film.stored.dtype == dtype
    assert (film.stored == pixels).all()


def test_jpeg_2000_inside_a_jp2_file():
    stream = bytes(imagecodecs.jpeg2k_encode(ramp(), level=0, reversible=True, codecformat="jp2"))
    assert (read_dicom(dcm(syntax=J + "90", stream=stream), LIMITS).stored == ramp()).all()


@pytest.mark.parametrize("name", ["201", "202", "203"])
def test_high_throughput_jpeg_2000(name):
    stream = bytes(imagecodecs.htj2k_encode(ramp(), reversible=True))
    assert (read_dicom(dcm(syntax=J + name, stream=stream), LIMITS).stored == ramp()).all()


def test_sign_of_a_jpeg_2000_stream_wins():
    signed = ramp(np.int16)
    stream = j2k(signed)
    film = read_dicom(dcm(syntax=J + "90", stream=stream, PixelRepresentation=0), LIMITS)
    assert (film.stored == signed).all()
    film = read_dicom(dcm(syntax=J + "90", stream=j2k(ramp()), PixelRepresentation=1), LIMITS)
    assert film.stored.dtype == np.uint16
    assert (film.stored == ramp()).all()


def test_bits_of_a_jpeg_2000_stream_win():
    film = read_dicom(dcm(syntax=J + "90", stream=j2k(ramp()), BitsStored=10), LIMITS)
    assert (film.stored == ramp()).all()  # 0 to 9215: nothing is cut to 1023


def test_fragments_are_joined():
    stream = j2k(ramp())
    half = len(stream) // 4 * 2
    pixels = encapsulated(stream[:half], stream[half:])
    whole = dcm(syntax=J + "90", stream=b"")
    cut = whole[: -len(encapsulated(b""))] + pixels
    assert (read_dicom(cut, LIMITS).stored == ramp()).all()


def test_encapsulated_in_name_only():
    pixels = dcm(syntax=J + "90")  # of defined length
    assert code_of(pixels) is Code.DICOM_BAD_HEADER
    assert code_of(dcm(syntax=EXPLICIT, stream=rle(ramp()))) is Code.DICOM_BAD_HEADER


@pytest.mark.parametrize(
    ("syntax", "name"),
    [
        (J + "100", "MPEG2 Main Profile / Main Level"),
        (J + "55", "JPEG Full Progression, Non-Hierarchical (Process 10 and 12)"),
        ("1.2.840.113619.5.2", "unknown"),
        ("Doe^John", "unknown"),
        ("1.2.840.10008.5.1.4.1.1.1", "unknown"),
    ],
)
def test_unknown_syntax(syntax, name):
    for made in (dcm(syntax=syntax), dcm(syntax=syntax)[:-40]):
        with pytest.raises(Rejected) as error:
            read_dicom(made, LIMITS)
        assert error.value.code is Code.DICOM_UNSUPPORTED_SYNTAX
        assert error.value.figures["name"].split(" (")[0] == name.split(" (")[0]


def test_a_deflated_bomb():
    filler = element(0x00290010, "OB", bytes(20 * 2**20))
    small = replace(LIMITS, max_unpacked=2**20)
    assert code_of(dcm(syntax=DEFLATED, extra=filler), small) is Code.TOO_LARGE_UNPACKED


def test_deflated_and_cut_or_damaged():
    whole = dcm(syntax=DEFLATED)
    assert code_of(whole[:-100]) is Code.TRUNCATED
    start = len(whole) - len(dcm(syntax=DEFLATED, whole=False))
    assert code_of(whole[:start] + b"\xff" * 500) is Code.CORRUPT


def test_size_of_the_header_is_checked_before_decoding():
    made = dcm(Rows=20000, Columns=20000)
    assert code_of(made) is Code.TOO_MANY_PIXELS
    assert code_of(dcm(np.zeros((95, 300), np.uint16))) is Code.TOO_SMALL
    assert code_of(dcm(), replace(LIMITS, max_unpacked=1000)) is Code.TOO_LARGE_UNPACKED
