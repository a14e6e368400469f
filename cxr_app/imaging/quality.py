"""Cheap statistics of a film: what refuses it or calls for care before any network sees it."""

from typing import Final

import numpy as np
from PIL import Image

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.annotations import has_annotations
from cxr_app.imaging.borders import picture_share
from cxr_app.imaging.film import Film
from cxr_app.imaging.size import Size, check_size
from cxr_app.limits import MAX_ASPECT, MIN_SHARP_SIDE, Limits

__all__ = ["examine"]

LEVELS: Final = 256  # grey levels of a film
FLAT_SPAN: Final = 0.10  # of the range, between the 1st and the 99th percentile
LEAST_PICTURE: Final = 0.6  # share of the area, below which the borders are wide
FEWEST_LEVELS: Final = 4  # a film of 1 or 2 bits is a drawing of a film


def examine(film: Film, limits: Limits) -> tuple[Code, ...]:
    """Judge a film by its size, its shape and its grey levels.

    Parameters
    ----------
    film : Film
        Decoded, or handed over by a program.
    limits : Limits
        Caps; a decoded film keeps them already, one from memory is measured here.

    Returns
    -------
    tuple of Code
        Warnings in the order of `Code`: `heavily_cropped` for wide borders, `low_contrast`,
        `upscaled`, `annotations_burned_in`.

    Raises
    ------
    Rejected
        `too_many_pixels`, `too_small`, or `not_a_chest_film` with the reason.
    """
    height, width = film.pixels.shape
    check_size(Size(width=width, height=height), limits)
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise Rejected(
            Code.NOT_A_CHEST_FILM,
            reason=f"{width} x {height} pixels, more than {MAX_ASPECT:.0f} times longer than wide",
        )
    # Pillow counts in place; numpy's bincount would first widen 64 MB of pixels to 512.
    counts = np.array(Image.fromarray(film.pixels).histogram(), dtype=np.int64)
    dark, bright = _percentile(counts, 0.01), _percentile(counts, 0.99)
    if dark == bright:
        raise Rejected(Code.NOT_A_CHEST_FILM, reason="it is a single shade of grey")
    warnings = []
    if picture_share(film.pixels) < LEAST_PICTURE:
        warnings.append(Code.HEAVILY_CROPPED)
    if bright - dark < FLAT_SPAN * (LEVELS - 1) or np.count_nonzero(counts) <= FEWEST_LEVELS:
        warnings.append(Code.LOW_CONTRAST)
    if min(width, height) < MIN_SHARP_SIDE:
        warnings.append(Code.UPSCALED)
    if has_annotations(film.pixels):
        warnings.append(Code.ANNOTATIONS_BURNED_IN)
    return tuple(warnings)


def _percentile(counts: np.ndarray[tuple[int], np.dtype[np.int64]], share: float) -> int:
    """Lowest grey level that at least `share` of the pixels do not exceed."""
    return int(np.searchsorted(np.cumsum(counts), share * counts.sum()))
