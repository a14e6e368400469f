"""The boxes that JPEG 2000 and AVIF files are made of (ISO/IEC 14496-12, 4.2)."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from cxr_app.codes import Code
from cxr_app.errors import Rejected

__all__ = ["Box", "boxes"]

MOST: Final = 1000  # a picture has about ten


class Box(NamedTuple):
    """A box: its four letters, and what is in it."""

    kind: bytes
    body: bytes


def boxes(data: bytes) -> Iterator[Box]:
    """Yield the boxes of a file, or of a box that holds others.

    Raises
    ------
    Rejected
        `truncated` where a box ends beyond the file, `corrupt` for a length that none has.
    """
    at = 0
    for _ in range(MOST):
        if at == len(data):
            return
        length, head = int.from_bytes(data[at : at + 4], "big"), 8
        if length == 1:
            length, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif length == 0:  # it goes on to the end
            length = len(data) - at
        if at + max(length, head) > len(data):
            raise Rejected(Code.TRUNCATED)
        if length < head:
            raise Rejected(Code.CORRUPT)
        yield Box(data[at + 4 : at + 8], data[at + head : at + length])
        at += length
    raise Rejected(Code.CORRUPT)
