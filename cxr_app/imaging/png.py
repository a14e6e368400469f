"""PNG: its chunks are looked at here, its pixels decoded by Pillow, of 16 bits by libpng."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import imagecodecs
import numpy as np

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.colour import Grey, grey_of_deep, grey_of_picture
from cxr_app.imaging.film import Format
from cxr_app.imaging.picture import Picture
from cxr_app.imaging.pillow import open_picture, orientation_of, translated
from cxr_app.imaging.size import Size, check_size, check_unpacked
from cxr_app.limits import Limits

__all__ = ["read_png"]

SIGNATURE_BYTES: Final = 8
END: Final = b"\0\0\0\0IEND\xaeB`\x82"
CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type (11.2.2)
MAX_CHUNKS: Final = 20_000  # 64 MiB in the shortest that writers use; each costs time


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    body: bytes
    is_sound: bool


def read_png(data: bytes, limits: Limits) -> Picture:
    """Decode a PNG file.

    Raises
    ------
    Rejected
        `too_many_pixels`, `too_small`, `truncated`, `corrupt`, `multi_frame`,
        `too_large_unpacked`.
    """
    if len(data) < 26:
        raise Rejected(Code.TRUNCATED)
    size = Size(width=int.from_bytes(data[16:20], "big"), height=int.from_bytes(data[20:24], "big"))
    depth, colours = data[24], data[25]
    check_size(size, limits)
    if colours not in CHANNELS:
        raise Rejected(Code.CORRUPT)
    check_unpacked(size, CHANNELS[colours] * (2 if depth == 16 else 1), limits)
    chunks = list(_walk(data))
    is_damaged = not chunks or chunks[-1].kind != b"IEND"
    if any(not chunk.is_sound and not chunk.kind[:1].islower() for chunk in chunks):
        raise Rejected(Code.CORRUPT)
    picture = open_picture(data + END if is_damaged else data, Format.PNG, size)
    if depth == 16 and colours != 0:
        grey = _deep(data + END if is_damaged else data, chunks)
    else:
        with translated():
            grey = grey_of_picture(picture, _significant(chunks) if depth == 16 else None)
    warnings = (Code.POSSIBLY_DAMAGED,) if is_damaged else ()
    return Picture(grey=grey, orientation=orientation_of(picture), warnings=warnings)


def _deep(data: bytes, chunks: list[_Chunk]) -> Grey:
    """Decode colours or transparency of 16 bits, of which Pillow keeps the high byte alone."""
    with translated():
        samples = imagecodecs.png_decode(data)
    return grey_of_deep(np.atleast_3d(samples), _significant(chunks))


def _walk(data: bytes) -> Iterator[_Chunk]:
    """Yield chunks up to IEND, or up to where only IEND is missing.

    Raises
    ------
    Rejected
        `truncated` where a chunk ends beyond the file, `corrupt` for a length that none has.
    """
    at = SIGNATURE_BYTES
    for _ in range(MAX_CHUNKS):
        if SIGNATURE_BYTES < at > len(data) - len(END) and END.startswith(data[at:]):
            return
        length = int.from_bytes(data[at : at + 4], "big")
        if length >= 2**31 and len(data) >= at + 4:  # 5.3: no chunk is so long
            raise Rejected(Code.CORRUPT)
        body = data[at + 8 : at + 8 + length]
        checksum = data[at + 8 + length : at + 12 + length]
        if len(checksum) < 4:
            raise Rejected(Code.TRUNCATED)
        kind = data[at + 4 : at + 8]
        is_sound = zlib.crc32(body, zlib.crc32(kind)) == int.from_bytes(checksum, "big")
        yield _Chunk(kind, body, is_sound)
        at += 12 + length
        if kind == b"IEND":
            return
    raise Rejected(Code.CORRUPT)


def _significant(chunks: list[_Chunk]) -> int | None:
    """Highest value of sBIT's significant bits (11.3.3.4)."""
    for chunk in chunks:
        if chunk.kind == b"sBIT" and chunk.body and 8 <= chunk.body[0] <= 16:
            return int(2 ** chunk.body[0]) - 1
    return None
