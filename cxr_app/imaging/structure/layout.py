"""What a file declares of its picture, before anything is decoded."""

import struct
from dataclasses import dataclass, field

from cxr_app.codes import Code
from cxr_app.errors import Rejected

__all__ = ["Layout", "number", "slice_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A file that is whole, as far as its own lengths tell.

    Attributes
    ----------
    clean : bytes
        The same picture without metadata, further pictures and whatever follows: all that a
        decoder is shown, so that junk in them cannot reach it.
    orientation : int
        EXIF orientation 1-8; 1 where the file says nothing usable.
    declared_max : int or None
        Highest sample value, where the file declares it.
    pixel_bytes : int
        Bytes of one pixel, unpacked, or the most that the format has.
    warnings : tuple of Code
        What is odd about the structure.
    """

    clean: bytes
    orientation: int = 1
    declared_max: int | None = None
    pixel_bytes: int = 4
    warnings: tuple[Code, ...] = field(default=())


def number(data: bytes, offset: int, form: str) -> int:
    """Read one integer of `struct` format `form`, or refuse the file as truncated."""
    return int(struct.unpack(form, slice_of(data, offset, struct.calcsize(form)))[0])


def slice_of(data: bytes, offset: int, length: int) -> bytes:
    """Cut bytes out of a file, or refuse it as truncated when they reach beyond its end."""
    if offset < 0 or length < 0 or offset + length > len(data):
        raise Rejected(Code.TRUNCATED)
    return data[offset : offset + length]
