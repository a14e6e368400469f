"""Where the lungs are, and what their outline says of the framing."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["EDGE", "LUNGS_SIDE", "is_badly_framed"]

LUNGS_SIDE: Final = 128  # pixels of a side of the map that the segmentation network makes
EDGE: Final = 3  # pixels of these that count as the picture's edge
SMALL: Final = 0.15  # share of the picture below which the lungs are small in it
CUT: Final = 0.25  # share of one edge of the picture that lung takes up where it is cut off


def is_badly_framed(lungs: NDArray[np.float32]) -> bool:
    """Tell whether the lungs are cut off by an edge, or small in the picture.

    Parameters
    ----------
    lungs : ndarray, float32 [128, 128]
        Probability of "lung", 0..1.
    """
    mask = lungs > 0.5
    edges = (mask[:EDGE], mask[-EDGE:], mask[:, :EDGE], mask[:, -EDGE:])
    return bool(mask.mean() < SMALL or max(edge.mean() for edge in edges) > CUT)
