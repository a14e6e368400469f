"""The tagged directories of TIFF, which EXIF and MPF use too (TIFF 6.0, section 2; BigTIFF)."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.structure.layout import number, slice_of

__all__ = ["Directory", "Tag", "read_directory", "read_header"]

MAX_TAGS: Final = 4096  # real films have some twenty
MAX_BYTES: Final = 16 * 2**20  # of one value
# TIFF 6.0, section 2, and BigTIFF: `struct` codes of the integer types, sizes of all types.
INTEGERS: Final = MappingProxyType(
    {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 18: "Q"}
)
BYTES: Final = MappingProxyType(
    dict.fromkeys((1, 2, 6, 7), 1)
    | dict.fromkeys((3, 8), 2)
    | dict.fromkeys((4, 9, 11, 13), 4)
    | dict.fromkeys((5, 10, 12, 16, 17, 18), 8)
)


@dataclass(frozen=True, slots=True)
class Tag:
    """One entry: its type and count, and where its value lies."""

    kind: int
    count: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """One directory; values are read when asked for.

    Attributes
    ----------
    data : bytes
        All that offsets refer to.
    order : str
        ``<`` or ``>``, as `struct` has it.
    is_big : bool
        BigTIFF: offsets and counts have 64 bits.
    tags : mapping of int to Tag
    next_offset : int
        Where the next directory lies; 0 for none.
    """

    data: bytes
    order: str
    is_big: bool
    tags: Mapping[int, Tag]
    next_offset: int

    def integers(self, tag: int, *, most: int, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """Read a tag's integers; `default` where it is missing.

        Raises
        ------
        Rejected
            `truncated` when the value reaches beyond the end, `corrupt` when it is no integer or
            has more than `most` entries.
        """
        entry = self.tags.get(tag)
        if entry is None:
            return default
        code = INTEGERS.get(entry.kind)
        if code is None:
            raise Rejected(Code.CORRUPT)
        length = entry.count * BYTES[entry.kind]
        raw = slice_of(self.data, entry.offset, length)
        if not 1 <= entry.count <= most:
            raise Rejected(Code.CORRUPT)
        return struct.unpack(f"{self.order}{entry.count}{code}", raw)

    def raw(self, tag: int) -> bytes:
        """Read a tag's bytes as they are; empty where it is missing."""
        entry = self.tags.get(tag)
        if entry is None:
            return b""
        length = entry.count * BYTES.get(entry.kind, 1)
        if length > MAX_BYTES:
            raise Rejected(Code.TRUNCATED if length > len(self.data) else Code.CORRUPT)
        return slice_of(self.data, entry.offset, length)


def read_header(data: bytes) -> tuple[str, bool, int]:
    """Read byte order, whether 64-bit offsets are used, and where the first directory lies."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        raise Rejected(Code.CORRUPT)
    version = number(data, 2, order + "H")
    if version == 42:
        return order, False, number(data, 4, order + "I")
    if version == 43 and number(data, 4, order + "I") == 8:  # bytes of an offset, then zero
        return order, True, number(data, 8, order + "Q")
    raise Rejected(Code.CORRUPT)


def read_directory(data: bytes, offset: int | None = None) -> Directory:
    """Read the first directory, or the one at `offset`."""
    order, is_big, first = read_header(data)
    at = first if offset is None else offset
    wide, count_form, step = ("Q", "Q", 20) if is_big else ("I", "H", 12)
    count = number(data, at, order + count_form)
    at += struct.calcsize(count_form)
    if count > MAX_TAGS:
        raise Rejected(Code.TRUNCATED if at + count * step > len(data) else Code.CORRUPT)
    tags: dict[int, Tag] = {}
    for place in range(at, at + count * step, step):
        tag, kind = number(data, place, order + "H"), number(data, place + 2, order + "H")
        values = number(data, place + 4, order + wide)
        inline = place + 4 + struct.calcsize(wide)
        fits = values * BYTES.get(kind, 1) <= struct.calcsize(wide)
        tags[tag] = Tag(kind, values, inline if fits else number(data, inline, order + wide))
    following = number(data, at + count * step, order + wide)
    return Directory(
        data=data,
        order=order,
        is_big=is_big,
        tags=MappingProxyType(tags),
        next_offset=following,
    )
