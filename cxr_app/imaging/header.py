"""Width and height out of the first bytes of WebP and BMP, before Pillow sees the file."""

import struct

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.size import Size

__all__ = ["bmp_size", "webp_size"]


def webp_size(data: bytes) -> Size:
    """Read the canvas of a WebP file (RFC 9649).

    Raises
    ------
    Rejected
        `truncated`, `corrupt`.
    """
    if len(data) < 30 or int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise Rejected(Code.TRUNCATED)
    match data[12:16]:
        case b"VP8X":
            width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
        case _:
            raise Rejected(Code.CORRUPT)
    return Size(width=width, height=height)


def bmp_size(data: bytes) -> Size:
    """Read the size in the second header of a BMP file; a negative height stands on its head.

    Raises
    ------
    Rejected
        `truncated`, `corrupt`.
    """
    try:
        is_old = struct.unpack_from("<I", data, 14)[0] == 12
        width, height = struct.unpack_from("<HH" if is_old else "<ii", data, 18)
    except struct.error:
        raise Rejected(Code.TRUNCATED) from None
    if width < 0:
        raise Rejected(Code.CORRUPT)
    return Size(width=width, height=abs(height))
