"""From the strips and tiles of a TIFF file to grey pixels.

libtiff is asked to unpack bytes only; what the bytes mean (depth, sign, byte order, predictor,
planes) is decided here, because Pillow knows few of the dialects and inverts or clips some.
"""

import zlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.colour import Grey, grey_of, grey_of_picture, grey_of_rgb, lay_on_black
from cxr_app.imaging.depth import full_scale, to_uint8
from cxr_app.imaging.plugin import open_tiff, translated
from cxr_app.imaging.structure.segments import write_bytes_tiff, write_picture_tiff
from cxr_app.imaging.structure.tiff import Packing, Photometric, TiffLayout
from cxr_app.limits import Limits

__all__ = ["read_grey"]

# Their segments are pictures and not bytes, so libtiff decodes them whole.
PICTURES: Final = (Packing.CCITT_RLE, Packing.CCITT_T4, Packing.CCITT_T6, Packing.JPEG)
DEFLATES: Final = (Packing.DEFLATE, Packing.OLD_DEFLATE)
REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
BLOCK: Final = 2**20  # samples unpacked at a time from depths that are no whole bytes


def read_grey(data: bytes, layout: TiffLayout, limits: Limits) -> Grey:
    """Decode the one page of a TIFF file.

    Raises
    ------
    Rejected
        `truncated`, `corrupt`, `too_large_unpacked`, `bad_pixel_values`.
    """
    if layout.packing in PICTURES:
        grey = grey_of_picture(open_tiff(write_picture_tiff(data, layout)))
        if grey.pixels.shape != (layout.height, layout.width):
            raise Rejected(Code.CORRUPT)
        return _bone_white(grey, layout)
    if _unpacked_bytes(layout) > limits.max_unpacked:
        raise Rejected(Code.TOO_LARGE_UNPACKED)
    with translated():
        return _grey_of_samples(_read_samples(data, layout), layout)


def _unpacked_bytes(layout: TiffLayout) -> int:
    n_rows = layout.height
    if layout.is_tiled:  # whole tiles are unpacked, and a row of one is a part of a row
        across = -(-layout.width // layout.segment_width)
        down = -(-layout.height // layout.segment_height)
        n_rows = across * down * layout.segment_height
    return layout.row_bytes * n_rows * layout.planes


def _bone_white(grey: Grey, layout: TiffLayout) -> Grey:
    if layout.photometric != Photometric.WHITE_IS_ZERO:
        return grey
    return Grey(pixels=255 - grey.pixels, depth=grey.depth, warnings=grey.warnings)


def _grey_of_samples(samples: NDArray[Any], layout: TiffLayout) -> Grey:
    """Give samples [height, width, n] the meaning that the file states."""
    declared = 2**layout.bits - 1 if layout.bits < 16 else layout.declared_max
    if layout.kind != "u":
        declared = None
    match layout.photometric:
        case Photometric.PALETTE:
            grey = grey_of_rgb(_look_up(samples[:, :, 0], layout.palette))
            beyond = 1
        case Photometric.RGB:
            grey = grey_of_rgb(to_uint8(samples[:, :, :3], declared))
            beyond = 3
        case Photometric.CMYK:
            inks = np.ascontiguousarray(to_uint8(samples[:, :, :4], declared))
            size = (layout.width, layout.height)
            grey = grey_of_picture(Image.frombuffer("CMYK", size, inks, "raw", "CMYK", 0, 1))
            beyond = 4
        case Photometric.YCBCR:  # subsampled bytes without JPEG: nobody writes films so
            raise Rejected(Code.CORRUPT)
        case _:
            grey = grey_of(samples[:, :, 0], declared)
            beyond = 1
    grey = Grey(pixels=grey.pixels, depth=8 if layout.bits <= 8 else 16, warnings=grey.warnings)
    grey = _bone_white(grey, layout)  # before it is laid on black: what is clear must stay black
    if layout.alpha == "none":
        return grey
    opaque = declared or full_scale(int(samples[:, :, beyond].max()))
    alpha = to_uint8(samples[:, :, beyond], opaque)
    return lay_on_black(grey, alpha, is_multiplied=layout.alpha == "multiplied")


def _look_up(indices: NDArray[Any], palette: tuple[int, ...]) -> NDArray[np.uint8]:
    """Colours of 16 bits by index; some writers fill eight of them only."""
    table = np.array(palette, dtype=np.uint16).reshape(3, -1).T
    table = np.right_shift(table, np.uint16(8 if table.max() > 255 else 0))
    colours: NDArray[np.uint8] = table.astype(np.uint8)[indices]
    return colours


def _read_samples(data: bytes, layout: TiffLayout) -> NDArray[Any]:
    """Unpack all segments: [height, width, samples]."""
    across = -(-layout.width // layout.segment_width)
    down = -(-layout.height // layout.segment_height)
    planes = []
    for plane in range(layout.planes):
        named = layout.segments[plane * across * down : (plane + 1) * across * down]
        samples = _to_samples(_unpack(data, layout, named), layout)
        if layout.is_tiled:
            height, width = layout.segment_height, layout.segment_width
            grid = samples.reshape(down, across, height, width, -1).swapaxes(1, 2)
            samples = grid.reshape(down * height, across * width, -1)
        planes.append(samples[: layout.height, : layout.width])
    return planes[0] if len(planes) == 1 else np.concatenate(planes, axis=2)


def _unpack(
    data: bytes, layout: TiffLayout, named: tuple[tuple[int, int], ...]
) -> NDArray[np.uint8]:
    """Unpack the segments of one plane below each other: [rows, bytes of a row]."""
    n_rows = len(named) * layout.segment_height if layout.is_tiled else layout.height
    if layout.packing in (Packing.LZW, Packing.PACKBITS):
        picture = open_tiff(write_bytes_tiff(data, layout, named, n_rows))
        return np.asarray(picture, dtype=np.uint8)
    pieces = []
    left = n_rows
    for offset, packed in named:
        length = min(left, layout.segment_height) * layout.row_bytes
        left -= layout.segment_height
        if layout.packing == Packing.NONE:
            piece = data[offset : offset + length]
        else:
            piece = data[offset : offset + packed]
        piece = piece.translate(REVERSED) if layout.is_reversed else piece
        pieces.append(_inflate(piece, length) if layout.packing in DEFLATES else piece)
    whole = b"".join(pieces)
    return np.frombuffer(whole, dtype=np.uint8).reshape(n_rows, layout.row_bytes)


def _inflate(packed: bytes, length: int) -> bytes:
    """Unpack `length` bytes of a segment, and no more than as many again to reach its checksum.

    Some writers fill the last strip up to its full height; damage, too, often lengthens a stream.
    Only at the stream's end does zlib compare the checksum.
    """
    unpacker = zlib.decompressobj()
    unpacked = unpacker.decompress(packed, length)
    if len(unpacked) < length:
        raise Rejected(Code.CORRUPT)
    unpacker.decompress(unpacker.unconsumed_tail, length + 1)
    return unpacked


def _to_samples(rows: NDArray[np.uint8], layout: TiffLayout) -> NDArray[Any]:
    """Give bytes [rows, bytes] their type: [rows, width of a segment, samples of a segment]."""
    shape = (len(rows), layout.segment_width, layout.samples_together)
    if layout.predictor == 3:
        return _float_differences(rows, layout).reshape(shape)
    if layout.bits not in (8, 16, 32, 64):
        if layout.predictor != 1:
            raise Rejected(Code.CORRUPT)
        return _split_bits(rows, layout.bits, shape[1] * shape[2]).reshape(shape)
    samples = rows.view(np.dtype(f"{layout.order}{layout.kind}{layout.bits // 8}"))
    native = samples.astype(samples.dtype.newbyteorder("="), copy=False).reshape(shape)
    if layout.predictor == 2:
        if layout.kind == "f":
            raise Rejected(Code.CORRUPT)
        # Section 14: differences to the left neighbour of the same sample, modulo 2^bits.
        return np.cumsum(native, axis=1, dtype=native.dtype)
    return native


def _float_differences(rows: NDArray[np.uint8], layout: TiffLayout) -> NDArray[Any]:
    """Undo predictor 3 (TIFF technical note 3): byte planes, highest first, then differences."""
    if layout.kind != "f":
        raise Rejected(Code.CORRUPT)
    step, size = layout.samples_together, layout.bits // 8
    summed = np.cumsum(rows.reshape(len(rows), -1, step), axis=1, dtype=np.uint8)
    planes = summed.reshape(len(rows), size, -1).swapaxes(1, 2)
    return np.ascontiguousarray(planes).view(f">f{size}").astype(f"=f{size}")


def _split_bits(rows: NDArray[np.uint8], bits: int, count: int) -> NDArray[Any]:
    """Cut rows of bytes into `count` numbers of `bits` bits, highest bit first."""
    numbers = np.empty((len(rows), count), dtype=np.uint8 if bits <= 8 else np.uint16)
    weights = (1 << np.arange(bits - 1, -1, -1)).astype(numbers.dtype)
    step = max(1, BLOCK // count)
    for start in range(0, len(rows), step):
        split = np.unpackbits(rows[start : start + step], axis=1, count=bits * count)
        numbers[start : start + step] = split.reshape(-1, count, bits) @ weights
    return numbers
