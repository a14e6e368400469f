"""JPEG by libjpeg-turbo, which is told to refuse what it would otherwise fill in with grey."""

import re
from typing import Final

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.colour import Grey, grey_of_picture, grey_of_rgb
from cxr_app.imaging.film import Format
from cxr_app.imaging.picture import Picture
from cxr_app.imaging.pillow import open_picture, orientation_of, translated
from cxr_app.imaging.size import Size, check_size, check_unpacked
from cxr_app.limits import Limits

__all__ = ["read_jpeg"]

END: Final = b"\xff\xd9"
# A frame header (ITU-T T.81, B.2.2) of a process that libjpeg reads: length, depth, height, width.
FRAME: Final = re.compile(rb"\xff[\xc0\xc1\xc2\xc9\xca].{3}(.{2})(.{2})", re.DOTALL)
# Complaints after which the picture is whole all the same, as far as anybody can tell.
BEARABLE: Final = ("extraneous bytes", "instead of RST")


def read_jpeg(data: bytes, limits: Limits) -> Picture:
    """Decode a JPEG file.

    Raises
    ------
    Rejected
        `too_many_pixels`, `too_small`, `truncated`, `corrupt`, `too_large_unpacked`.
    """
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(data, strict=False)
    except (ValueError, KeyError):  # the latter where it found no frame at all
        raise _damaged(data, limits) from None
    size = Size(width=width, height=height)
    check_size(size, limits)
    check_unpacked(size, {"Gray": 1, "CMYK": 4, "YCCK": 4}.get(colours, 3), limits)
    whole, warnings = _whole(data, colours)
    picture = open_picture(data, Format.JPEG, size)
    if getattr(picture, "n_frames", 1) > 1:
        warnings = (Code.SEVERAL_PICTURES, *warnings)
    if colours in ("CMYK", "YCCK"):  # inks, which Pillow knows how to turn into light
        with translated():
            grey = grey_of_picture(picture)
    else:
        grey = Grey(pixels=whole[:, :, 0]) if colours == "Gray" else grey_of_rgb(whole)
    return Picture(grey=grey, orientation=orientation_of(picture), warnings=warnings)


def _whole(data: bytes, colours: str) -> tuple[NDArray[np.uint8], tuple[Code, ...]]:
    """Decode a file that has all its pixels; with a warning where only the end mark is missing."""
    space = {"Gray": "GRAY", "CMYK": "CMYK", "YCCK": "CMYK"}.get(colours, "RGB")
    try:
        return _decoded(data, space), ()
    except ValueError as error:
        complaint = str(error)
    if END not in data[-1024:]:
        try:
            return _decoded(data + END, space), (Code.POSSIBLY_DAMAGED,)
        except ValueError:
            raise Rejected(Code.TRUNCATED) from None
    if any(word in complaint for word in BEARABLE):
        return _decoded(data, space, strict=False), (Code.POSSIBLY_DAMAGED,)
    is_short = "premature end" in complaint.lower()
    raise Rejected(Code.TRUNCATED if is_short else Code.CORRUPT)


def _decoded(data: bytes, space: str, *, strict: bool = True) -> NDArray[np.uint8]:
    # The slower, exact transforms: those that Pillow uses, so that both give the same pixels.
    pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
        data, space, fastdct=False, fastupsample=False, strict=strict
    )
    return pixels


def _damaged(data: bytes, limits: Limits) -> Rejected:
    """Say what is wrong with a file whose header libjpeg does not read."""
    if (frame := FRAME.search(data)) is not None:
        height, width = (int.from_bytes(side, "big") for side in frame.groups())
        check_size(Size(width=width, height=height), limits)
    return Rejected(Code.CORRUPT if END in data[-1024:] else Code.TRUNCATED)
