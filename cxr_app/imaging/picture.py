"""A decoded picture, before it is turned upright and becomes a film."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code, in_order
from cxr_app.imaging.colour import Grey
from cxr_app.imaging.film import Facts, Film, Format

__all__ = ["Picture", "Stated"]

# EXIF 2.32, table 4.6.4 A: where row 0 and column 0 stand; here: how to bring them back.
_TURNS: Final[Mapping[int, Callable[[NDArray[Any]], NDArray[Any]]]] = MappingProxyType(
    {
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.T,
        6: lambda a: a.T[:, ::-1],  # a quarter turn clockwise
        7: lambda a: a[::-1, ::-1].T,
        8: lambda a: a.T[::-1],  # a quarter turn counter-clockwise
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a file says of its film, see `cxr_app.imaging.film.Facts`; never whose it is."""

    view: str | None = None
    laterality: str | None = None
    age_years: float | None = None
    sex: str | None = None
    modality: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a decoder makes of a file.

    Attributes
    ----------
    grey : Grey
    orientation : int
        EXIF's, 1 to 8; 1 is upright.
    warnings : tuple of Code
        Of the file; those of its colours are `grey`'s.
    stated : Stated
    """

    grey: Grey
    orientation: int = 1
    warnings: tuple[Code, ...] = ()
    stated: Stated = field(default_factory=Stated)

    def upright(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Turn pixels [height, width] of this picture upright, as a viewer shows it."""
        turn = _TURNS.get(self.orientation)
        return pixels if turn is None else turn(pixels)

    def film(self, found: Format) -> Film:
        """Turn the picture upright, and state what is known of it."""
        upright = self.upright(self.grey.pixels)
        height, width = upright.shape
        return Film(
            pixels=np.ascontiguousarray(upright),
            depth=self.grey.depth,
            facts=Facts(format=found, width=width, height=height, **asdict(self.stated)),
            warnings=in_order(*self.grey.warnings, *self.warnings),
        )
