"""The grey of every stored value, read off a film and the display that was made of it."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["grey_table"]

BLOCK: Final = 2**20  # pixels looked at a time: an index takes eight bytes a pixel


def grey_table(
    stored: NDArray[Any], shown: NDArray[np.uint8], padding: tuple[int, int] | None = None
) -> NDArray[np.uint8]:
    """Read off in which grey each value is shown.

    A display looks each value up by itself, so the pairs that a film holds are the table itself.
    A viewer that enlarges a film meets values between these: they get the greys between.

    Parameters
    ----------
    stored : ndarray, uint8, uint16, int8 or int16 [height, width]
    shown : ndarray, uint8 [height, width]
        Its display: equal values have equal greys.
    padding : tuple of int, optional
        Lowest and highest value of what is no part of the picture; no greys are put between
        these and others.

    Returns
    -------
    ndarray, uint8 [256] or [65536]
        From the lowest possible value of the type on.
    """
    info = np.iinfo(stored.dtype)
    size = int(info.max) - int(info.min) + 1
    greys, is_known = np.zeros(size, np.uint8), np.zeros(size, np.bool_)
    pixels, display = stored.reshape(-1), shown.reshape(-1)
    for start in range(0, pixels.size, BLOCK):
        places = pixels[start : start + BLOCK].astype(np.int64) - info.min
        greys[places] = display[start : start + BLOCK]
        is_known[places] = True
    return _filled(greys, is_known, _padding_places(padding, int(info.min), size))


def _padding_places(padding: tuple[int, int] | None, lowest: int, size: int) -> slice:
    if padding is None:
        return slice(0, 0)
    first, last = (int(np.clip(end - lowest, -1, size)) for end in padding)
    return slice(max(first, 0), last + 1)


def _filled(
    greys: NDArray[np.uint8], is_known: NDArray[np.bool_], padding: slice
) -> NDArray[np.uint8]:
    is_anchor = is_known.copy()
    is_anchor[padding] = False
    anchors = np.flatnonzero(is_anchor)
    if not anchors.size:
        return greys
    between = np.interp(np.arange(greys.size), anchors, greys[anchors].astype(np.float64))
    filled = np.floor(between + 0.5).astype(np.uint8)
    filled[padding] = greys[padding]
    return filled
