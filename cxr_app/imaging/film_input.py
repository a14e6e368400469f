"""What of a film the network and its record need, made once; the film's pixels are then let go."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.imaging.drawing import is_drawing
from cxr_app.imaging.film import Facts, Film
from cxr_app.imaging.quality import examine
from cxr_app.imaging.to_input import to_input
from cxr_app.limits import Limits

__all__ = ["FilmInput", "make_input"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmInput:
    """A film that was examined, as the network takes it.

    Attributes
    ----------
    pixels : ndarray, uint8 [512, 512, 1]
    facts : Facts
    warnings : tuple of Code
        Of decoding and of quality.
    """

    pixels: NDArray[np.uint8] = field(repr=False)
    facts: Facts
    warnings: tuple[Code, ...] = ()


def make_input(film: Film, limits: Limits) -> FilmInput:
    """Examine a film and make the network's input of it.

    Raises
    ------
    Rejected
        As `cxr_app.imaging.quality.examine`.
    """
    quality = examine(film, limits)
    if is_drawing(film):  # whose words say that it is one
        quality = tuple(code for code in quality if code is not Code.ANNOTATIONS_BURNED_IN)
    facts = replace(film.facts, is_drawing=is_drawing(film))
    return FilmInput(pixels=to_input(film), facts=facts, warnings=(*film.warnings, *quality))
