"""What a JPEG 2000 codestream asks of its decoder: ISO/IEC 15444-1, Annexes A and B.

OpenJPEG makes a record for each tile, precinct and code-block before it reads a sample. 538 bytes
that claimed precincts of 2 x 2 pixels took it half a minute and more than 7 GB. So these are
counted first, from the headers alone.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import Rejected

__all__ = ["Siz", "check_work"]

COD: Final = 0xFF52
COC: Final = 0xFF53
SOT: Final = 0xFF90
SOD: Final = 0xFF93
EOC: Final = 0xFFD9
FIRST_MARKER: Final = 0xFF30
SOT_LENGTH: Final = 12  # the marker's two bytes, and ten
MAX_LEVELS: Final = 32
MAX_MARKERS: Final = 20_000
# A film of 64 million pixels in code-blocks of 16 x 16, far below the usual 64 x 64, has 250,000.
MAX_RECORDS: Final = 2**18
UNBOUNDED: Final = 15  # precincts of 2^15, where none are stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Siz:
    """Image and tiles of a codestream, in pixels."""

    columns: int
    rows: int
    tile_columns: int
    tile_rows: int

    @property
    def tiles(self) -> int:
        """Their number, but for one more row and column where the grid does not start at 0."""
        across = -(-self.columns // max(1, self.tile_columns))
        down = -(-self.rows // max(1, self.tile_rows))
        return across * down


def check_work(stream: bytes, siz: Siz) -> None:
    """Refuse a codestream that would take far more memory than its film.

    Parameters
    ----------
    stream : bytes
        From its start of codestream on.
    siz : Siz

    Raises
    ------
    Rejected
        `too_large_unpacked`; `truncated` where a tile has no bytes at all; `corrupt`.
    """
    if siz.tiles * SOT_LENGTH > len(stream):
        raise Rejected(Code.TRUNCATED)
    for marker, place, length in _segments(stream):
        if marker in (COD, COC):
            _check_style(stream[place : place + length], siz, is_whole=marker == COD)


def _segments(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Walk the main header and those of the tile-parts: marker, place and length of its fields."""
    place, next_part = 2, 0
    for _ in range(MAX_MARKERS):
        if place + 4 > len(stream):
            return  # the decoder tells what is missing
        marker, length = struct.unpack_from(">HH", stream, place)
        if marker == EOC:
            return
        if marker == SOD:
            if next_part <= place:  # the last part, whose length is not stated
                return
            place = next_part
            continue
        if marker < FIRST_MARKER or length < 2:
            raise Rejected(Code.CORRUPT)
        if marker == SOT and place + 10 <= len(stream):
            (part,) = struct.unpack_from(">I", stream, place + 6)
            next_part = place + part
        yield marker, place + 4, length - 2
        place += 2 + length
    raise Rejected(Code.TOO_LARGE_UNPACKED)


def _check_style(fields: bytes, siz: Siz, *, is_whole: bool) -> None:
    """Count precincts and code-blocks of a COD (A.6.1) or COC (A.6.2) segment."""
    start = 5 if is_whole else 2  # COC of fewer than 257 components: its number and its style
    if len(fields) < start + 5:
        raise Rejected(Code.CORRUPT)
    style = fields[0 if is_whole else 1]
    levels, width, height = fields[start], fields[start + 1] + 2, fields[start + 2] + 2
    if levels > MAX_LEVELS:
        raise Rejected(Code.CORRUPT)
    sizes = fields[start + 5 :] if style & 1 else b""
    if style & 1 and len(sizes) <= levels:
        raise Rejected(Code.CORRUPT)
    records = 0
    for level in range(levels + 1):  # from the smallest resolution to the whole film: B.5
        shift = levels - level
        across = sizes[level] & 15 if sizes else UNBOUNDED
        down = sizes[level] >> 4 if sizes else UNBOUNDED
        records += _parts(siz, shift, across, down)
        # A code-block lies within its precinct, in bands of half its sides: B.7.
        half = 1 if level else 0
        block = min(width, max(0, across - half)), min(height, max(0, down - half))
        records += _parts(siz, shift, block[0] + half, block[1] + half) * (3 if half else 1)
        if records > MAX_RECORDS:
            raise Rejected(Code.TOO_LARGE_UNPACKED)


def _parts(siz: Siz, shift: int, across: int, down: int) -> int:
    """Count cells of 2^across x 2^down at a resolution, each tile having one at least."""
    columns = -(-siz.columns // (1 << shift + across))
    rows = -(-siz.rows // (1 << shift + down))
    return max(columns * rows, siz.tiles)
