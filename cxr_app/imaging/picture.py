"""A decoded picture, before it is turned upright and becomes a film."""

from dataclasses import dataclass

from cxr_app.codes import Code
from cxr_app.imaging.colour import Grey

__all__ = ["Picture"]


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
    """

    grey: Grey
    orientation: int = 1
    warnings: tuple[Code, ...] = ()
