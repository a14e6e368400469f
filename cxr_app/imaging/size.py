"""How large a picture may be: asked of the header, before memory is taken."""

from dataclasses import dataclass

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.limits import Limits

__all__ = ["Size", "check_size", "check_unpacked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Pixels, before any orientation."""

    width: int
    height: int


def check_size(size: Size, limits: Limits) -> None:
    """Refuse what is empty, too large or too small.

    Raises
    ------
    Rejected
        `corrupt` for a side of zero, `too_many_pixels`, `too_small`.
    """
    width, height = size.width, size.height
    if min(width, height) < 1:
        raise Rejected(Code.CORRUPT)
    if max(width, height) > limits.max_side:
        most = f"{limits.max_side} on a side"
        raise Rejected(Code.TOO_MANY_PIXELS, w=width, h=height, max=most)
    if width * height > limits.max_pixels:
        most = f"{limits.max_pixels / 1e6:g} million"
        raise Rejected(Code.TOO_MANY_PIXELS, w=width, h=height, max=most)
    if min(width, height) < limits.min_side:
        raise Rejected(Code.TOO_SMALL, w=width, h=height, min=limits.min_side)


def check_unpacked(size: Size, pixel_bytes: int, limits: Limits) -> None:
    """Refuse pixels that unpack to more memory than a film may take.

    Raises
    ------
    Rejected
        `too_large_unpacked`.
    """
    if size.width * size.height * pixel_bytes > limits.max_unpacked:
        raise Rejected(Code.TOO_LARGE_UNPACKED)
