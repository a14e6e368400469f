"""The reduction of an input to the side at which a network sees it, as the served graph does it."""

import numpy as np
from numpy.typing import NDArray

from cxr_app.imaging.to_input import INPUT_SIDE

__all__ = ["block_factor", "shrink"]


def block_factor(size: int) -> int:
    """Whole factor by which the input is averaged down before what is left is interpolated.

    Bilinear sampling in a graph does not antialias: beyond a factor of two it skips pixels. A
    mean over whole blocks does not.
    """
    return max(1, INPUT_SIDE // size)


def shrink(picture: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Reduce an input as the served graph does, rounded to whole grey levels.

    Parameters
    ----------
    picture : ndarray, uint8 [512, 512, 1]
    size : int
        Side of the result in pixels.

    Returns
    -------
    ndarray, uint8 [size, size, 1]
    """
    factor = block_factor(size)
    cells = INPUT_SIDE // factor
    mean = picture[: cells * factor, : cells * factor, 0].reshape(cells, factor, cells, factor)
    grey: NDArray[np.float32] = mean.mean(axis=(1, 3), dtype=np.float32)
    if cells != size:
        grey = _bilinear(grey, size)
    whole: NDArray[np.uint8] = np.rint(grey).astype(np.uint8)[:, :, np.newaxis]
    return whole


def _bilinear(grey: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Sample between pixel centres, without antialiasing, as `keras.ops.image.resize` does."""
    side = grey.shape[0]
    at = np.clip((np.arange(size) + 0.5) * side / size - 0.5, 0, side - 1)
    low = np.minimum(at.astype(np.int64), side - 2)
    share = (at - low).astype(np.float32)
    rows = grey[low] * (1 - share)[:, None] + grey[low + 1] * share[:, None]
    sampled: NDArray[np.float32] = rows[:, low] * (1 - share) + rows[:, low + 1] * share
    return sampled
