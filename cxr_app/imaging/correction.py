"""What a reader puts right on a film: it is turned or inverted on request, never by itself."""

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from cxr_app.imaging.film import Film

__all__ = ["AS_GIVEN", "Correction", "Turn"]

Turn = Literal[0, 90, 180, 270]
_TURNS: Final[tuple[Turn, ...]] = (0, 90, 180, 270)
LEVELS: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is done to a film once it is decoded.

    Attributes
    ----------
    turned : 0, 90, 180 or 270
        Degrees clockwise.
    is_inverted : bool
        Black and white are exchanged.
    """

    turned: Turn = 0
    is_inverted: bool = False

    def then(self, other: "Correction") -> "Correction":
        """Do another one after this one."""
        return Correction(
            turned=_TURNS[(self.turned + other.turned) // 90 % 4],
            is_inverted=self.is_inverted != other.is_inverted,
        )

    def applied(self, film: Film) -> Film:
        """Correct a film, and state it among its facts."""
        if self == AS_GIVEN:
            return film
        pixels = np.rot90(film.pixels, -self.turned // 90)
        pixels = np.ascontiguousarray(LEVELS - pixels if self.is_inverted else pixels)
        height, width = pixels.shape
        facts = replace(
            film.facts,
            width=width,
            height=height,
            turned=self.turned,
            is_inverted=self.is_inverted,
        )
        return replace(film, pixels=pixels, facts=facts)


AS_GIVEN: Final = Correction()
