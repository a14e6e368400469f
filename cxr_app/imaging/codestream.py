"""What a compressed stream says of itself, read before a decoder takes memory for it."""

import struct
from dataclasses import dataclass
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import Rejected

__all__ = ["Frame", "jpeg_2000_frame", "jpeg_frame"]

SIZ: Final = b"\xff\x4f\xff\x51"  # start of codestream, then its size: ISO/IEC 15444-1, A.5.1
SOI: Final = b"\xff\xd8"
SOS: Final = 0xDA
ALONE: Final = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length
FRAMES: Final = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), 0xF7))
FILL: Final = 0xFF
MAX_MARKERS: Final = 10_000  # before the frame; files have a dozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The frame of a codestream.

    Attributes
    ----------
    start : int
        Where the codestream begins.
    process : int
        Second byte of the JPEG marker: 0xC0 baseline, 0xC3 lossless, 0xF7 JPEG-LS; 0 otherwise.
    bits : int
        Precision of a sample, at most 16.
    is_signed : bool
    rows, columns, components : int
    tile : tuple of int
        Columns and rows of a tile of JPEG 2000.
    """

    start: int = 0
    process: int = 0
    bits: int
    is_signed: bool = False
    rows: int
    columns: int
    components: int
    tile: tuple[int, int] = (0, 0)


def jpeg_frame(stream: bytes) -> Frame:
    """Read the frame header of JPEG (ITU-T T.81, B.2.2) or JPEG-LS (T.87, C.2.2).

    Raises
    ------
    Rejected
        `truncated` or `corrupt` where none comes before the first scan.
    """
    if not stream.startswith(SOI):
        raise Rejected(Code.CORRUPT if len(stream) >= 2 else Code.TRUNCATED)
    place = 2
    for _ in range(MAX_MARKERS):
        if place + 4 > len(stream):
            raise Rejected(Code.TRUNCATED)
        if stream[place] != FILL:
            raise Rejected(Code.CORRUPT)
        marker = stream[place + 1]
        if marker == FILL:
            place += 1
        elif marker in ALONE:
            place += 2
        elif marker in FRAMES:
            return _frame(stream, place)
        elif marker == SOS:
            raise Rejected(Code.CORRUPT)
        else:
            place += 2 + int.from_bytes(stream[place + 2 : place + 4], "big")
    raise Rejected(Code.CORRUPT)


def _frame(stream: bytes, place: int) -> Frame:
    try:
        bits, rows, columns, components = struct.unpack_from(">BHHB", stream, place + 4)
    except struct.error:
        raise Rejected(Code.TRUNCATED) from None
    if not 2 <= bits <= 16:
        raise Rejected(Code.CORRUPT)
    return Frame(
        process=stream[place + 1], bits=bits, rows=rows, columns=columns, components=components
    )


def jpeg_2000_frame(stream: bytes) -> Frame:
    """Read the SIZ segment of JPEG 2000 (ISO/IEC 15444-1, A.5.1), within a JP2 file or not.

    Raises
    ------
    Rejected
        `corrupt`, `truncated`.
    """
    start = stream.find(SIZ)
    if start < 0:
        raise Rejected(Code.CORRUPT if len(stream) >= len(SIZ) else Code.TRUNCATED)
    try:
        fields = struct.unpack_from(">HHIIIIIIIIHBBB", stream, start + 4)
    except struct.error:
        raise Rejected(Code.TRUNCATED) from None
    _, _, right, bottom, left, top, tile_columns, tile_rows = fields[:8]
    components, depth, across, down = fields[10:]
    bits = (depth & 0x7F) + 1
    if not left < right or not top < bottom or bits > 16 or (across, down) != (1, 1):
        raise Rejected(Code.CORRUPT)
    if min(tile_columns, tile_rows) < 1:
        raise Rejected(Code.CORRUPT)
    return Frame(
        start=start,
        bits=bits,
        is_signed=depth > 0x7F,
        rows=bottom - top,
        columns=right - left,
        components=components,
        tile=(tile_columns, tile_rows),
    )
