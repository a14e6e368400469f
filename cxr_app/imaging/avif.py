"""AVIF: its boxes are looked at here, its pixels decoded by Pillow."""

from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.boxes import boxes
from cxr_app.imaging.size import Size

__all__ = ["avif_size"]

# Boxes within boxes on the way to a picture's size (ISO/IEC 23008-12, 6.5.3), and how many bytes
# stand before the boxes in each.
_WAY: Final = ((b"meta", 4), (b"iprp", 0), (b"ipco", 0))


def avif_size(data: bytes) -> Size:
    """Read the size of the largest picture in an AVIF file: parts of it may be stated too.

    Raises
    ------
    Rejected
        `truncated`, `corrupt`.
    """
    found = list(boxes(data))
    for kind, skipped in _WAY:
        inner = next((box.body[skipped:] for box in found if box.kind == kind), None)
        if inner is None:
            raise Rejected(Code.CORRUPT)
        found = list(boxes(inner))
    sizes = [
        Size(
            width=int.from_bytes(box.body[4:8], "big"), height=int.from_bytes(box.body[8:12], "big")
        )
        for box in found
        if box.kind == b"ispe" and len(box.body) >= 12
    ]
    if not sizes:
        raise Rejected(Code.CORRUPT)
    return max(sizes, key=lambda size: size.width * size.height)
