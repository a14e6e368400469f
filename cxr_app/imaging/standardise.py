"""A film cut to its lungs and stretched: what network and reader then share is the chest alone.

How a film was framed and exposed tells the archive's label; neither is left after this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_app.imaging.borders import without_borders
from cxr_app.spec import StandardiseSpec

__all__ = ["WHOLE", "Box", "Standardised", "lungs_box", "standardise", "stretched"]

SPECKS: Final = 0.5  # per cent of the lungs' area at each side that does not move the box
LEAST_AREA: Final = 0.03  # share of the picture that the lungs take up at least
LEAST_SIDE: Final = 0.2  # share of the picture's side that the box takes up at least

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A part of a picture, in shares of its sides; 0 is at the left and at the top."""

    left: float
    top: float
    right: float
    bottom: float


WHOLE: Final = Box(left=0.0, top=0.0, right=1.0, bottom=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standardised:
    """A film as the network sees it, and how it came to be.

    Attributes
    ----------
    pixels : ndarray, uint8 [512, 512]
    framed : ndarray, uint8 [512, 512]
        The film without wide borders, of which `box` is a part.
    lungs : ndarray, float32 [128, 128]
        Probability of "lung" in `framed`, 0..1.
    box : Box or None
        None where no lungs were found: then the whole of `framed` was used.
    """

    pixels: Grey
    framed: Grey
    lungs: NDArray[np.float32]
    box: Box | None


def standardise(
    grey: Grey, find: Callable[[Grey], NDArray[np.float32]], how: StandardiseSpec
) -> Standardised:
    """Cut a film to the box of its lungs, stretch its grey values, and square it again.

    Parameters
    ----------
    grey : ndarray, uint8 [512, 512]
        From `to_input`.
    find : callable (uint8 [512, 512]) -> float32 [128, 128]
        Finds the lungs.
    how : StandardiseSpec
    """
    framed = without_borders(grey)
    lungs = find(framed)
    box = lungs_box(lungs, margin=how.margin)
    used = box or WHOLE
    height, width = framed.shape
    edges = (used.left * width, used.top * height, used.right * width, used.bottom * height)
    cut = Image.fromarray(framed).resize((width, height), Image.Resampling.BILINEAR, box=edges)
    return Standardised(
        pixels=stretched(np.asarray(cut), low=how.low, high=how.high),
        framed=framed,
        lungs=lungs,
        box=box,
    )


def lungs_box(lungs: NDArray[np.float32], *, margin: float) -> Box | None:
    """Find the box of the lungs with a margin, cut at the picture's edges.

    Parameters
    ----------
    lungs : ndarray, float32 [n, n]
        Probability of "lung".
    margin : float
        Share of the box that is added on each side.

    Returns
    -------
    Box or None
        None where there is too little lung to say.
    """
    mask = lungs > 0.5
    if not mask.mean() >= LEAST_AREA:
        return None
    down, across = (_extent(mask.sum(axis=axis)) for axis in (1, 0))
    if min(down[1] - down[0], across[1] - across[0]) < LEAST_SIDE:
        return None
    (top, bottom), (left, right) = (_widened(extent, margin) for extent in (down, across))
    return Box(left=left, top=top, right=right, bottom=bottom)


def _extent(profile: NDArray[np.int64]) -> tuple[float, float]:
    """Find where a profile begins and ends, but for specks: shares of its length."""
    share = np.cumsum(profile) / profile.sum() * 100
    first = int(np.searchsorted(share, SPECKS, side="right"))
    last = int(np.searchsorted(share, 100 - SPECKS))
    return first / profile.size, (last + 1) / profile.size


def _widened(extent: tuple[float, float], margin: float) -> tuple[float, float]:
    added = margin * (extent[1] - extent[0])
    return max(0.0, extent[0] - added), min(1.0, extent[1] + added)


def stretched(grey: Grey, *, low: float, high: float) -> Grey:
    """Stretch grey values uint8 so that two percentiles become black and white."""
    dark, bright = np.percentile(grey, (low, high))
    if bright - dark < 1:  # even all over
        return grey
    spread = (grey.astype(np.float32) - np.float32(dark)) * np.float32(255 / (bright - dark))
    whole: Grey = np.rint(np.clip(spread, 0, 255)).astype(np.uint8)
    return whole
