"""Whether the pixels of a JPEG file go on to its last row.

libjpeg fills what is missing with grey and says nothing. A scan that is whole cannot be changed
by bytes that follow it, one that ends early can: so the picture is decoded again with stuffing
behind its scan and compared. That costs a second decode, hence only where there is a doubt.
"""

import hashlib
from typing import Final

import numpy as np
from PIL import Image

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.film import Format
from cxr_app.imaging.plugin import open_picture
from cxr_app.imaging.size import Size
from cxr_app.imaging.structure.jpeg import END, JpegLayout

__all__ = ["open_jpeg"]

FILLED: Final = (127, 128)  # the grey of missing blocks; 127 where inks were inverted
CORNER: Final = 8  # pixels; a block


def open_jpeg(layout: JpegLayout, size: Size) -> Image.Image:
    """Decode a JPEG file that may end early.

    Raises
    ------
    Rejected
        `truncated` when rows are missing at the end, `corrupt` when a mark stops the scan.
    """
    picture = open_picture(layout.clean + END, Format.JPEG, size)
    is_filled = _is_filled(picture)
    if layout.is_broken:
        if _is_open(layout.clean, picture, size):
            raise Rejected(Code.CORRUPT)
        return picture
    if layout.has_end and not is_filled:
        return picture
    if layout.is_short or _is_open(layout.clean, picture, size):
        raise Rejected(Code.TRUNCATED)
    return picture


def _is_filled(picture: Image.Image) -> bool:
    """Tell whether the last block is of the one grey that libjpeg fills in."""
    width, height = picture.size
    corner = np.asarray(picture.crop((width - CORNER, height - CORNER, width, height)))
    return bool(corner.min() >= FILLED[0] and corner.max() <= FILLED[1])


def _is_open(clean: bytes, picture: Image.Image, size: Size) -> bool:
    """Tell whether bytes behind the last scan change the picture."""
    shown = np.asarray(picture)
    for stuffing in _stuffings():
        again = open_picture(clean + stuffing + END, Format.JPEG, size)
        if not np.array_equal(shown, np.asarray(again)):
            return True
    return False


def _stuffings() -> tuple[bytes, bytes]:
    """Give two runs of bytes without 0xFF, so that no marker arises in them."""
    mixed = b"".join(hashlib.sha256(bytes([seed])).digest() for seed in range(8))
    return mixed.replace(b"\xff", b"\xa5"), b"\x55" * len(mixed)
