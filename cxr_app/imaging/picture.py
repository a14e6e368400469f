"""A decoded picture, before it is turned upright and becomes a film."""

from dataclasses import dataclass, field

from cxr_app.codes import Code
from cxr_app.imaging.colour import Grey

__all__ = ["Picture", "Stated"]


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
