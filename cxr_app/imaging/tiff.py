"""TIFF by tifffile: one page of samples, and what its tags say they mean."""

import io
import logging
import struct
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tifffile import COMPRESSION, PHOTOMETRIC, PREDICTOR, TiffFile, TiffFileError, TiffPage

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.colour import Grey, grey_of, grey_of_picture, grey_of_rgb, lay_on_black
from cxr_app.imaging.depth import full_scale, to_uint8
from cxr_app.imaging.picture import Picture
from cxr_app.imaging.pillow import UPRIGHT, translated
from cxr_app.imaging.size import Size, check_size
from cxr_app.limits import Limits

__all__ = ["read_tiff"]

# It would write what it thinks of a file to the log, which is for this program's own words.
logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)

ORIENTATION: Final = 274
MAX_SAMPLE_VALUE: Final = 281
# Bytes of a value by its type (TIFF 6.0, section 2, and BigTIFF).
BYTES: Final = {3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
SAMPLES: Final[Mapping[int, int]] = {
    PHOTOMETRIC.MINISWHITE: 1,
    PHOTOMETRIC.MINISBLACK: 1,
    PHOTOMETRIC.RGB: 3,
    PHOTOMETRIC.PALETTE: 1,
    PHOTOMETRIC.SEPARATED: 4,
    PHOTOMETRIC.YCBCR: 3,
}

# What writers of films use; the library knows forty more, each a decoder that nobody here needs.
COMPRESSIONS: Final = (
    COMPRESSION.NONE,
    COMPRESSION.CCITTRLE,
    COMPRESSION.CCITT_T4,
    COMPRESSION.CCITT_T6,
    COMPRESSION.LZW,
    COMPRESSION.OJPEG,
    COMPRESSION.JPEG,
    COMPRESSION.ADOBE_DEFLATE,
    COMPRESSION.DEFLATE,
    COMPRESSION.PACKBITS,
)
PREDICTORS: Final = (PREDICTOR.NONE, PREDICTOR.HORIZONTAL, PREDICTOR.FLOATINGPOINT)


def read_tiff(data: bytes, limits: Limits) -> Picture:
    """Decode the one page of a TIFF file.

    Raises
    ------
    Rejected
        `too_many_pixels`, `too_small`, `truncated`, `corrupt`, `multi_frame`,
        `too_large_unpacked`, `bad_pixel_values`.
    """
    if len(data) < 8:
        raise Rejected(Code.TRUNCATED)
    try:
        with translated(), TiffFile(io.BytesIO(data)) as file:
            if not file.pages:
                raise Rejected(Code.TRUNCATED)
            page = file.pages.first
            check_size(Size(width=page.imagewidth, height=page.imagelength), limits)
            if page.compression not in COMPRESSIONS or page.predictor not in PREDICTORS:
                raise Rejected(Code.CORRUPT)
            _check_directory(data)
            _check_segments(page, data, limits)
            return _read(page, data)
    except TiffFileError as error:
        raise Rejected(Code.CORRUPT) from error


def _check_directory(data: bytes) -> None:
    """Refuse a directory with values beyond the end, and a second page.

    These offsets are read here because the library passes over those that lead nowhere. Pages are
    never counted: there may be thousands.
    """
    order = "<" if data[:2] == b"II" else ">"
    is_big = data[2:4] in (b"+\0", b"\0+")
    offset, count, start = ("Q", "Q", 8) if is_big else ("I", "H", 4)
    entry = struct.Struct(f"{order}HH{offset}{offset}")
    try:
        (first,) = struct.unpack_from(order + offset, data, start)
        (n_entries,) = struct.unpack_from(order + count, data, first)
        at = first + struct.calcsize(count)
        if at + n_entries * entry.size > len(data):
            raise Rejected(Code.TRUNCATED)
        for place in range(at, at + n_entries * entry.size, entry.size):
            _, kind, n_values, where = entry.unpack_from(data, place)
            n_bytes = n_values * BYTES.get(kind, 1)
            if n_bytes > struct.calcsize(offset) and where + n_bytes > len(data):
                raise Rejected(Code.TRUNCATED)
        (second,) = struct.unpack_from(order + offset, data, at + n_entries * entry.size)
    except struct.error:
        raise Rejected(Code.TRUNCATED) from None
    if second in (0, first):
        return
    if second >= len(data):
        raise Rejected(Code.TRUNCATED)
    raise Rejected(Code.MULTI_FRAME, n="2 or more")


def _check_segments(page: TiffPage, data: bytes, limits: Limits) -> None:
    """Refuse strips and tiles that lie beyond the file, or that unpack to too much."""
    # The tags themselves: the library shortens a segment that reaches beyond the end.
    offsets, counts = (324, 325) if page.is_tiled else (273, 279)
    places, lengths = _values(page, offsets), _values(page, counts)
    ends = [at + n for at, n in zip(places, lengths, strict=False)]
    if not ends or max(ends) > len(data):
        raise Rejected(Code.TRUNCATED if ends else Code.CORRUPT)
    if page.is_tiled and max(page.tilewidth, page.tilelength) > limits.max_side:
        raise Rejected(Code.CORRUPT)
    sample_bytes = max(1, (page.dtype or np.dtype(np.uint8)).itemsize)
    pixels = page.imagewidth * page.imagelength
    if page.is_tiled:
        across = -(-page.imagewidth // page.tilewidth)
        down = -(-page.imagelength // page.tilelength)
        pixels = across * down * page.tilewidth * page.tilelength
    if pixels * page.samplesperpixel * sample_bytes > limits.max_unpacked:
        raise Rejected(Code.TOO_LARGE_UNPACKED)


def _values(page: TiffPage, tag: int) -> tuple[int, ...]:
    found = page.tags.valueof(tag, default=())
    return found if isinstance(found, tuple) else (found,)


def _read(page: TiffPage, data: bytes) -> Picture:
    samples = SAMPLES.get(page.photometric, 0)
    if not 0 < samples <= page.samplesperpixel:
        raise Rejected(Code.CORRUPT)
    separate, depth = page.shaped[:2]
    decoded = _samples(page, data).reshape(page.shaped)
    if depth != 1:
        raise Rejected(Code.CORRUPT)
    pixels = np.moveaxis(decoded[:, 0, :, :, 0], 0, -1) if separate > 1 else decoded[0, 0]
    grey = _grey(np.ascontiguousarray(pixels), page)
    orientation = page.tags.valueof(ORIENTATION, default=UPRIGHT)
    is_known = isinstance(orientation, int) and 1 <= orientation <= 8
    return Picture(grey=grey, orientation=int(orientation) if is_known else UPRIGHT)


def _samples(page: TiffPage, data: bytes) -> NDArray[Any]:
    try:
        samples: NDArray[Any] = page.asarray()
    except imagecodecs.DeflateError:
        # Some writers fill the last strip to its full height; libtiff takes what it needs of it.
        _check_sums(page, data)
        samples = imagecodecs.tiff_decode(data)
    return samples


def _check_sums(page: TiffPage, data: bytes) -> None:
    """Refuse deflated strips whose checksum is wrong, which libtiff never looks at.

    Damage, too, often lengthens a stream; as many bytes again as the page has are enough to tell.
    """
    for place, length in zip(page.dataoffsets, page.databytecounts, strict=True):
        zlib.decompressobj().decompress(data[place : place + length], 2 * page.nbytes)


def _grey(pixels: NDArray[Any], page: TiffPage) -> Grey:
    """Give samples [height, width, n] the meaning that the file states."""
    declared = _declared(page, pixels)
    beyond = SAMPLES[page.photometric]
    match page.photometric:
        case PHOTOMETRIC.PALETTE:
            grey = grey_of_rgb(_look_up(pixels[:, :, 0], page.colormap))
        case PHOTOMETRIC.RGB | PHOTOMETRIC.YCBCR:
            grey = grey_of_rgb(to_uint8(pixels[:, :, :3], declared))
        case PHOTOMETRIC.SEPARATED:
            inks = np.ascontiguousarray(to_uint8(pixels[:, :, :4], declared))
            size = (pixels.shape[1], pixels.shape[0])
            grey = grey_of_picture(Image.frombuffer("CMYK", size, inks, "raw", "CMYK", 0, 1))
        case _:
            grey = grey_of(pixels[:, :, 0], declared)
    inverted = page.photometric == PHOTOMETRIC.MINISWHITE
    shown = 255 - grey.pixels if inverted else grey.pixels  # before it is laid on black
    bits = page.bitspersample
    deep = None if inverted else grey.deep
    grey = replace(grey, pixels=shown, depth=8 if bits <= 8 else 16, deep=deep)
    kinds = page.extrasamples
    if not kinds or int(kinds[0]) not in (1, 2):  # 1 multiplied by alpha already, 2 not
        return grey
    alpha = pixels[:, :, beyond]
    opaque = declared or full_scale(int(alpha.max()))
    return lay_on_black(grey, to_uint8(alpha, opaque), is_multiplied=int(kinds[0]) == 1)


def _declared(page: TiffPage, pixels: NDArray[Any]) -> int | None:
    """Highest value of a sample, as the file declares it."""
    if pixels.dtype.kind != "u":
        return None
    bits = page.bitspersample
    if bits < 16:
        return int(2**bits) - 1
    most = page.tags.valueof(MAX_SAMPLE_VALUE)
    most = most[0] if isinstance(most, tuple) and most else most
    return most if isinstance(most, int) and most > 0 else None


def _look_up(indices: NDArray[Any], palette: NDArray[np.uint16] | None) -> NDArray[np.uint8]:
    """Colours of 16 bits by index; some writers fill eight of them only."""
    if palette is None:
        raise Rejected(Code.CORRUPT)
    table = palette.T
    table = np.right_shift(table, np.uint16(8 if table.max() > 255 else 0))
    colours: NDArray[np.uint8] = table.astype(np.uint8)[indices]
    return colours
