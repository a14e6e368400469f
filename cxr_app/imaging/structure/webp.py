"""Structure of WebP files (RFC 9649)."""

from collections.abc import Iterator
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.orientation import read_orientation
from cxr_app.imaging.size import Size
from cxr_app.imaging.structure.layout import Layout, number, slice_of

__all__ = ["read_layout", "read_size"]

MAX_CHUNKS: Final = 10_000  # a film has one or two
HAS_ALPHA: Final = 0x10  # 2.7.1: the one flag of VP8X that the picture itself needs


def read_size(data: bytes) -> Size:
    """Read width and height from the first chunk."""
    kind, body = next(_walk(data, is_checked=False))
    if kind == b"VP8X":  # canvas, each side less one in 24 bits
        slice_of(body, 0, 10)
        width = int.from_bytes(body[4:7], "little") + 1
        return Size(width=width, height=int.from_bytes(body[7:10], "little") + 1)
    if kind == b"VP8L":  # signature 0x2F, then 14 bits each, less one
        bits = number(body, 1, "<I")
        return Size(width=(bits & 0x3FFF) + 1, height=(bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":  # RFC 6386, 9.1: 3 bytes of tag, start code, 14 bits each
        if slice_of(body, 3, 3) != b"\x9d\x01\x2a":
            raise Rejected(Code.CORRUPT)
        width = number(body, 6, "<H") & 0x3FFF
        return Size(width=width, height=number(body, 8, "<H") & 0x3FFF)
    raise Rejected(Code.CORRUPT)


def read_layout(data: bytes) -> Layout:
    """Walk all chunks; keep those that make the picture."""
    kept: list[bytes] = []
    orientation, frames, pictures = 1, 0, 0
    for kind, body in _walk(data, is_checked=True):
        if kind == b"VP8X":
            body = slice_of(body, 0, 10)  # noqa: PLW2901 - an empty one is no picture
            kept.append(_chunk(kind, bytes([body[0] & HAS_ALPHA]) + body[1:]))
        elif kind in (b"VP8 ", b"VP8L"):
            pictures += 1
            kept.append(_chunk(kind, body))
        elif kind == b"ALPH":
            kept.append(_chunk(kind, body))
        elif kind == b"ANMF":
            frames += 1
        elif kind == b"EXIF":
            orientation = read_orientation(body)
    if frames > 1:
        raise Rejected(Code.MULTI_FRAME, n=frames)
    if pictures != 1:  # also an animation of one frame: nobody writes a film so
        raise Rejected(Code.CORRUPT)
    body = b"WEBP" + b"".join(kept)
    return Layout(clean=b"RIFF" + len(body).to_bytes(4, "little") + body, orientation=orientation)


def _walk(data: bytes, *, is_checked: bool) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and body of each chunk; `is_checked` demands every byte that is declared."""
    end = 8 + number(data, 4, "<I")
    if is_checked and end > len(data):
        raise Rejected(Code.TRUNCATED)
    at = 12
    for _ in range(MAX_CHUNKS):
        if at >= end:
            break
        kind = slice_of(data, at, 4)
        length = number(data, at + 4, "<I")
        if is_checked and at + 8 + length > end:
            raise Rejected(Code.CORRUPT)
        yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    else:
        raise Rejected(Code.CORRUPT)
    if at == 12:
        raise Rejected(Code.TRUNCATED)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)
