"""Wide uniform borders round a film: how much of the picture they leave, and the film without."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["picture_share", "without_borders"]

Grey = NDArray[np.uint8]

REDUCED: Final = 128  # pixels of a side, to look for borders
UNIFORM: Final = 0.016  # of the film's span, that a border's row may spread by; JPEG leaves some
WIDE: Final = 0.8  # share of the area left to the film, below which borders are taken off
PERCENTILES: Final = (1, 99)


def picture_share(grey: Grey) -> float:
    """Measure what wide uniform borders leave of a picture uint8 [h, w]: a share of its area."""
    top, bottom, left, right = _box(grey)
    return (bottom - top) * (right - left)


def without_borders(grey: Grey) -> Grey:
    """Take wide borders off a picture and bring it back to its size; others stay as they are."""
    top, bottom, left, right = _box(grey)
    if (bottom - top) * (right - left) >= WIDE:
        return grey
    height, width = grey.shape
    box = (left * width, top * height, right * width, bottom * height)
    return np.asarray(
        Image.fromarray(grey).resize((width, height), Image.Resampling.BILINEAR, box=box)
    )


def _box(grey: Grey) -> tuple[float, float, float, float]:
    """Find the film within its borders: top, bottom, left and right as shares of the sides."""
    small = np.asarray(
        Image.fromarray(grey).resize((REDUCED, REDUCED), Image.Resampling.BOX), np.float32
    )
    dark, bright = np.percentile(small, PERCENTILES)
    most = UNIFORM * (bright - dark)
    rows, columns = (np.flatnonzero(small.std(axis=axis) > most) for axis in (1, 0))
    if not rows.size or not columns.size:  # even all over: then there is no border either
        return 0.0, 1.0, 0.0, 1.0
    edges = (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1)
    top, bottom, left, right = (float(edge) / REDUCED for edge in edges)
    return top, bottom, left, right
