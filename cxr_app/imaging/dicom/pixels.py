"""From Pixel Data to stored values."""

import itertools
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import imagecodecs
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.codestream import Frame, jpeg_2000_frame, jpeg_frame
from cxr_app.imaging.codestream_cost import Siz, check_work
from cxr_app.imaging.dicom.faults import FAULTS
from cxr_app.imaging.dicom.syntax import NATIVE, Encoding
from cxr_app.imaging.dicom.walk import Layout
from cxr_app.imaging.size import Size, check_size, check_unpacked
from cxr_app.limits import Limits

__all__ = ["READ", "Shape", "Stored", "stored_values"]

END: Final = b"\xff\xd9"  # of JPEG, JPEG-LS and JPEG 2000 alike
END_WITHIN: Final = 1024  # last bytes in which it must stand; some writers pad
PADDING: Final = b"\0\xff"
MAX_SCANS: Final = 200  # see cxr_app.imaging.jpeg
LOSSLESS: Final = 0xC3
SEQUENTIAL: Final = frozenset((0xC0, 0xC1))  # baseline and extended, Huffman
LS: Final = 0xF7
RLE: Final = "1.2.840.10008.1.2.5"
RLE_HEADER: Final = 64
RLE_SLACK: Final = 128  # bytes that padding behind a segment may unpack to


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the header says of the pixels: PS3.3, C.7.6.3."""

    rows: int
    columns: int
    allocated: int
    stored: int
    high_bit: int
    is_signed: bool

    @property
    def size(self) -> Size:
        """Width and height."""
        return Size(width=self.columns, height=self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Stored values and what they are.

    Attributes
    ----------
    values : ndarray, uint8, uint16, int8 or int16 [rows, columns]
    bits : int
        That are meant: of the header, or of a codestream that says otherwise.
    """

    values: NDArray[Any]
    bits: int


def stored_values(
    data: bytes, layout: Layout, *, syntax: str, encoding: Encoding, shape: Shape, limits: Limits
) -> Stored:
    """Decode Pixel Data.

    Parameters
    ----------
    data : bytes
        The whole file.
    layout : Layout
    syntax : str
        One that is in `READ`.
    encoding : Encoding
    shape : Shape
        Checked already.
    limits : Limits

    Raises
    ------
    Rejected
        `truncated`, `corrupt`, `dicom_bad_header` where the stream and the header contradict
        each other, `too_many_pixels`, `too_small`, `too_large_unpacked`.
    """
    if layout.is_encapsulated == (syntax in NATIVE):
        raise Rejected(Code.DICOM_BAD_HEADER)
    parts = [data[part] for part in layout.fragments]
    stream = parts[0] if len(parts) == 1 else b"".join(parts)
    if syntax in NATIVE:
        is_swapped = not encoding.is_little and layout.pixel_vr == b"OW" and shape.allocated == 8
        return _masked(_native(stream, shape, encoding, is_swapped=is_swapped), shape)
    if syntax == RLE:
        return _masked(_rle(stream, shape), shape)
    read_frame, decode = _DECODERS[syntax]
    frame = read_frame(stream)
    _check_frame(frame, shape, limits)
    stored = decode(stream[frame.start :] if frame.start else stream, frame, shape)
    if stored.values.shape != (shape.rows, shape.columns) or stored.values.itemsize > 2:
        raise Rejected(Code.CORRUPT)
    return stored


def _native(
    stream: bytes, shape: Shape, encoding: Encoding, *, is_swapped: bool
) -> NDArray[np.uint8 | np.uint16]:
    """Read words; bytes that were written as big-endian words stand in pairs: PS3.5, 8.1.1."""
    count = shape.rows * shape.columns
    if len(stream) < count * shape.allocated // 8:
        raise Rejected(Code.TRUNCATED)
    if shape.allocated == 16:
        wide = np.frombuffer(stream, dtype="<u2" if encoding.is_little else ">u2", count=count)
        return wide.astype(np.uint16, copy=False).reshape(shape.rows, shape.columns)
    if is_swapped:
        pairs = np.frombuffer(stream, dtype=">u2", count=len(stream) // 2)
        stream = pairs.astype("<u2").tobytes()
        if len(stream) < count:
            raise Rejected(Code.TRUNCATED)
    return np.frombuffer(stream, dtype=np.uint8, count=count).reshape(shape.rows, shape.columns)


def _rle(stream: bytes, shape: Shape) -> NDArray[np.uint8 | np.uint16]:
    """Unpack the segments of PS3.5, G: the bytes of all pixels, the highest ones first.

    The offsets are checked here: imagecodecs' own reading of them ends the process where one
    lies far outside.
    """
    if len(stream) < RLE_HEADER:
        raise Rejected(Code.TRUNCATED)
    n_segments, *offsets = struct.unpack_from("<16I", stream)
    n_bytes = shape.allocated // 8
    if n_segments != n_bytes:
        raise Rejected(Code.DICOM_BAD_HEADER)
    bounds = [*offsets[:n_bytes], len(stream)]
    if bounds[0] < RLE_HEADER or any(a > b for a, b in itertools.pairwise(bounds)):
        is_short = max(bounds) > len(stream)
        raise Rejected(Code.TRUNCATED if is_short else Code.CORRUPT)
    planes = np.empty((shape.rows, shape.columns, n_bytes), dtype=np.uint8)
    for index in range(n_bytes):
        plane = _unpacked(stream[bounds[index] : bounds[index + 1]], shape.rows * shape.columns)
        planes[:, :, n_bytes - 1 - index] = plane.reshape(shape.rows, shape.columns)
    return planes.view("<u2" if n_bytes == 2 else "u1")[:, :, 0]


def _unpacked(segment: bytes, count: int) -> NDArray[np.uint8]:
    room = bytearray(count + RLE_SLACK)
    try:
        found = imagecodecs.packbits_decode(segment, out=room)
    except FAULTS:
        raise Rejected(Code.CORRUPT) from None
    if len(found) < count:
        raise Rejected(Code.TRUNCATED)
    return np.frombuffer(room, dtype=np.uint8, count=count)


def _masked(words: NDArray[Any], shape: Shape) -> Stored:
    """Take the bits that are meant, and their sign: PS3.5, 8.1.1."""
    bits = shape.stored
    surplus = shape.allocated - bits
    if surplus == 0:
        values = words.view(f"i{words.itemsize}") if shape.is_signed else words
        return Stored(values=values, bits=bits)
    # Shifted to the top and back, the highest bit meant becomes the sign.
    wide = np.left_shift(words, words.dtype.type(shape.allocated - 1 - shape.high_bit))
    if shape.is_signed:
        wide = wide.view(f"i{words.itemsize}")
    np.right_shift(wide, wide.dtype.type(surplus), out=wide)
    return Stored(values=wide, bits=bits)


def _check_frame(frame: Frame, shape: Shape, limits: Limits) -> None:
    size = Size(width=frame.columns, height=frame.rows)
    check_size(size, limits)
    if size != shape.size or frame.components != 1:
        raise Rejected(Code.DICOM_BAD_HEADER)
    # A decoder may have two: its own and the one that it hands over.
    check_unpacked(size, 2 if frame.bits > 8 else 1, limits)


def _jpeg(stream: bytes, frame: Frame, shape: Shape) -> Stored:
    """Decode JPEG, ITU-T T.81: 8 or 12 bits by cosines, 2 to 16 without loss."""
    if frame.process not in SEQUENTIAL | {LOSSLESS} or stream.count(b"\xff\xda") > MAX_SCANS:
        raise Rejected(Code.CORRUPT)
    # What is missing libjpeg fills with grey.
    if END not in stream[-END_WITHIN:]:
        raise Rejected(Code.TRUNCATED)
    if frame.process == LOSSLESS:
        return _as_meant(_decoded(imagecodecs.jpeg8_decode, stream), frame, shape)
    if frame.bits != 8:
        values = _decoded(imagecodecs.jpeg8_decode, stream)
    else:
        values = _decoded(_strict_jpeg, stream)
    return Stored(values=values, bits=frame.bits)


def _strict_jpeg(stream: bytes) -> NDArray[np.uint8]:
    pixels = simplejpeg.decode_jpeg(stream, "GRAY", fastdct=False, fastupsample=False, strict=True)
    return np.asarray(pixels)[:, :, 0]


def _jpeg_ls(stream: bytes, frame: Frame, shape: Shape) -> Stored:
    """Decode JPEG-LS, ITU-T T.87."""
    if frame.process != LS:
        raise Rejected(Code.CORRUPT)
    # CharLS 2.4.3 spends seconds on a kilobyte that does not end with its mark.
    if not stream.rstrip(PADDING).endswith(END):
        raise Rejected(Code.TRUNCATED)
    return _as_meant(_decoded(imagecodecs.jpegls_decode, stream), frame, shape)


def _near_jpeg_ls(stream: bytes, frame: Frame, shape: Shape) -> Stored:
    """Decode JPEG-LS with loss, whose values may pass the bits stored: they are not cut off."""
    return _jpeg_ls(stream, frame, replace(shape, stored=frame.bits))


def _jpeg_2000(stream: bytes, frame: Frame, _: Shape) -> Stored:
    """Decode JPEG 2000; where it and the header disagree on bits and sign, it is right."""
    columns, rows = frame.tile
    check_work(
        stream,
        Siz(columns=frame.columns, rows=frame.rows, tile_columns=columns, tile_rows=rows),
    )
    return Stored(values=_decoded(imagecodecs.jpeg2k_decode, stream), bits=frame.bits)


def _decoded(decode: Callable[[bytes], Any], stream: bytes) -> NDArray[Any]:
    try:
        values = np.asarray(decode(stream))
    except MemoryError:
        raise Rejected(Code.TOO_LARGE_UNPACKED) from None
    except FAULTS as error:
        is_short = END not in stream[-END_WITHIN:] or "premature end" in str(error).lower()
        raise Rejected(Code.TRUNCATED if is_short else Code.CORRUPT) from None
    return values


def _as_meant(words: NDArray[Any], frame: Frame, shape: Shape) -> Stored:
    """Take the bits that are meant of a stream whose samples have no sign of their own.

    A stream of fewer bits than the header states has only those.
    """
    bits = min(frame.bits, shape.stored)
    allocated = words.itemsize * 8
    return _masked(words, replace(shape, allocated=allocated, stored=bits, high_bit=bits - 1))


_Reader = tuple[Callable[[bytes], Frame], Callable[[bytes, Frame, Shape], Stored]]


def _each(names: Sequence[str], reader: _Reader) -> dict[str, _Reader]:
    return {f"1.2.840.10008.1.2.4.{name}": reader for name in names}


_DECODERS: Final[Mapping[str, _Reader]] = MappingProxyType(
    _each(("50", "51", "57", "70"), (jpeg_frame, _jpeg))
    | _each(("80",), (jpeg_frame, _jpeg_ls))
    | _each(("81",), (jpeg_frame, _near_jpeg_ls))
    | _each(("90", "91", "201", "202", "203"), (jpeg_2000_frame, _jpeg_2000))
)
READ: Final = NATIVE | {RLE} | frozenset(_DECODERS)
