"""Structure of BMP files (Microsoft, BITMAPFILEHEADER and BITMAPINFOHEADER)."""

from dataclasses import dataclass
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.size import Size
from cxr_app.imaging.structure.layout import Layout, number, slice_of

__all__ = ["read_layout", "read_size"]

OS2: Final = 12  # size of the oldest header, whose sides have 16 bits
UNCOMPRESSED: Final = (0, 3, 6)  # plain, with masks, with masks and alpha
RUN_LENGTH: Final = {1: 8, 2: 4}  # RLE8 and RLE4, with the bits they hold


@dataclass(frozen=True, slots=True)
class _Header:
    size: int
    width: int
    height: int  # negative: the top row comes first
    bits: int
    compression: int
    packed: int  # bytes of pixels, 0 where the writer left it out
    colors: int


def read_size(data: bytes) -> Size:
    """Read width and height; rows from the top down have a negative height."""
    header = _read_header(data)
    return Size(width=max(0, header.width), height=abs(header.height))


def read_layout(data: bytes) -> Layout:
    """Check that all declared bytes are there."""
    header = _read_header(data)
    start = number(data, 10, "<I")
    if start < 14 + header.size:
        raise Rejected(Code.CORRUPT)
    if header.compression in UNCOMPRESSED:
        stride = (header.width * header.bits + 31) // 32 * 4
        slice_of(data, start, stride * abs(header.height))
    elif RUN_LENGTH.get(header.compression) == header.bits:
        # Runs may end anywhere, so only the lengths that the writer stated can tell.
        slice_of(data, start, header.packed)
        slice_of(data, 0, number(data, 2, "<I"))
        if b"\0\1" not in data[-4:] and not header.packed:
            raise Rejected(Code.TRUNCATED)
    else:
        raise Rejected(Code.CORRUPT)
    _check_palette(data, header)
    return Layout(clean=data)


def _read_header(data: bytes) -> _Header:
    size = number(data, 14, "<I")
    if size == OS2:
        width, height = number(data, 18, "<H"), number(data, 20, "<H")
        return _Header(size, width, height, number(data, 24, "<H"), 0, 0, 0)
    return _Header(
        size=size,
        width=number(data, 18, "<i"),
        height=number(data, 22, "<i"),
        bits=number(data, 28, "<H"),
        compression=number(data, 30, "<I"),
        packed=number(data, 34, "<I"),
        colors=number(data, 46, "<I"),
    )


def _check_palette(data: bytes, header: _Header) -> None:
    """Refuse palettes that Pillow would take for another depth than the pixels have.

    It reads a palette of plain greys as a grey picture: of 1 bit when it has two entries, else of
    8 bits, whatever the pixels have. The picture would be wrong without a word.
    """
    if header.bits > 8:
        return
    colors = header.colors or 2**header.bits
    width = 3 if header.size == OS2 else 4
    if colors > 2**header.bits:
        raise Rejected(Code.CORRUPT)
    palette = slice_of(data, 14 + header.size, width * colors)
    greys = (0, 255) if colors == 2 else range(colors)
    looks_grey = all(
        palette[width * place : width * place + 3] == bytes([grey]) * 3
        for place, grey in enumerate(greys)
    )
    if looks_grey and header.bits != (1 if colors <= 2 else 8):
        raise Rejected(Code.CORRUPT)
