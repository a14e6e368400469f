"""Structure of PNG files (ISO/IEC 15948:2004)."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.orientation import UPRIGHT, read_orientation
from cxr_app.imaging.size import Size
from cxr_app.imaging.structure.layout import Layout, number, slice_of
from cxr_app.limits import MIB

__all__ = ["MAX_TEXT", "ends_early", "read_layout", "read_size"]

MAX_TEXT: Final = MIB  # bytes a text or profile may unpack to; Pillow's own ceiling
MAX_ALL_TEXT: Final = 8 * MIB  # all of them together, or a thousand small bombs pass
MAX_CHUNKS: Final = 100_000  # 64 MiB in chunks of 8 KiB are 8,000
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
END: Final = b"\0\0\0\0IEND\xaeB\x60\x82"
# 11.2.2: bit depths that a colour type may have.
DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    start: int  # of its length field
    body: bytes
    is_sound: bool  # its checksum holds


@dataclass(slots=True)
class _Walk:
    """What has been seen on the way through the chunks."""

    kept: list[bytes] = field(default_factory=lambda: [SIGNATURE])
    header: bytes = b""
    orientation: int = UPRIGHT
    declared_max: int | None = None
    frames: int = 1
    text_bytes: int = 0
    has_end: bool = False
    is_damaged: bool = False


def read_size(data: bytes) -> Size:
    """Read width and height from IHDR."""
    if data[12:16] == b"IHDR" and 24 <= len(data) < 33:
        # Cut before its checksum: an impossible size is the worse fault, and is said first.
        return Size(width=number(data, 16, ">I"), height=number(data, 20, ">I"))
    first = next(_walk(data))
    # A header whose checksum fails declares nothing.
    if first.kind != b"IHDR" or len(first.body) != 13 or not first.is_sound:
        raise Rejected(Code.CORRUPT)
    return Size(width=number(first.body, 0, ">I"), height=number(first.body, 4, ">I"))


def read_layout(data: bytes) -> Layout:
    """Walk all chunks; keep those that make the picture."""
    walk = _Walk()
    for chunk in _walk(data):
        # 5.3: a lower-case first letter marks a chunk the picture does not depend on.
        if not chunk.is_sound and not chunk.kind[:1].islower():
            raise Rejected(Code.CORRUPT)
        if chunk.is_sound:
            _take(walk, chunk, data)
        walk.is_damaged |= not chunk.is_sound
    header = walk.header
    if header[9] not in DEPTHS or header[8] not in DEPTHS[header[9]]:
        raise Rejected(Code.CORRUPT)
    if walk.frames > 1:
        raise Rejected(Code.MULTI_FRAME, n=walk.frames)
    is_deep_grey = header[8] == 16 and header[9] == 0
    return Layout(
        clean=b"".join([*walk.kept, END]),
        orientation=walk.orientation,
        declared_max=walk.declared_max if is_deep_grey else None,
        pixel_bytes=CHANNELS[header[9]] * (2 if header[8] == 16 else 1),
        warnings=() if walk.has_end and not walk.is_damaged else (Code.POSSIBLY_DAMAGED,),
    )


def _take(walk: _Walk, chunk: _Chunk, data: bytes) -> None:
    """Keep a chunk that the picture needs, and read what others tell."""
    match chunk.kind:
        case b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT":
            walk.header = walk.header or chunk.body
            walk.kept.append(data[chunk.start : chunk.start + 12 + len(chunk.body)])
        case b"IEND":
            walk.has_end = True
        case b"acTL" if len(chunk.body) == 8:
            walk.frames = number(chunk.body, 0, ">I")
        case b"sBIT":
            walk.declared_max = _significant(chunk.body)
        case b"eXIf":
            walk.orientation = read_orientation(chunk.body)
        case _:
            walk.text_bytes += _unpacked_length(chunk)
            if walk.text_bytes > MAX_ALL_TEXT:
                raise Rejected(Code.TOO_LARGE_UNPACKED)


def ends_early(clean: bytes) -> bool:
    """Tell whether the packed pixels are sound as far as they go, but too few.

    Asked only after the decoder gave up, to choose between `truncated` and `corrupt`.
    """
    chunks = list(_walk(clean))
    header = chunks[0].body
    bits = header[8] * CHANNELS[header[9]] * number(header, 0, ">I")
    # Interlacing adds at most one filter byte a row and pass, hence never less than this.
    expected = ((bits + 7) // 8 + 1) * number(header, 4, ">I")
    unpacker = zlib.decompressobj()
    seen = 0
    try:
        for chunk in chunks:
            if chunk.kind == b"IDAT":
                seen += len(unpacker.decompress(chunk.body, max(1, expected - seen)))
    except zlib.error:
        return False
    return seen < expected and not unpacker.eof


def _walk(data: bytes) -> Iterator[_Chunk]:
    """Yield chunks up to IEND, or up to where only IEND is missing."""
    at = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        is_cut = len(SIGNATURE) < at and len(data) - at < len(END)
        if is_cut and END.startswith(data[at:]):
            return  # only the end mark is missing: what came before decides
        length = number(data, at, ">I")
        # 5.3: a length is at most 2^31 - 1; more is damage, not a long chunk.
        if length >= 2**31:
            raise Rejected(Code.CORRUPT)
        kind = slice_of(data, at + 4, 4)
        body = slice_of(data, at + 8, length)
        checksum = number(data, at + 8 + length, ">I")
        yield _Chunk(kind, at, body, zlib.crc32(body, zlib.crc32(kind)) == checksum)
        at += 12 + length
        if kind == b"IEND":
            return
    raise Rejected(Code.CORRUPT)


def _significant(body: bytes) -> int | None:
    """Highest value of sBIT's significant bits (11.3.3.4)."""
    return 2 ** body[0] - 1 if len(body) == 1 and 8 <= body[0] <= 16 else None


def _unpacked_length(chunk: _Chunk) -> int:
    """Measure a packed text or profile; refuse one larger than anyone wrote by hand."""
    packed = b""
    if chunk.kind in (b"zTXt", b"iCCP"):  # keyword, NUL, method, data
        packed = chunk.body.partition(b"\0")[2][1:]
    elif chunk.kind == b"iTXt":  # keyword, NUL, flag, method, language, NUL, key, NUL, text
        rest = chunk.body.partition(b"\0")[2]
        if rest[:1] == b"\1":
            packed = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    if not packed:
        return 0
    try:
        unpacked = zlib.decompressobj().decompress(packed, MAX_TEXT + 1)
    except zlib.error:
        return 0  # metadata is dropped, so its damage does not matter
    if len(unpacked) > MAX_TEXT:
        raise Rejected(Code.TOO_LARGE_UNPACKED)
    return len(unpacked)
