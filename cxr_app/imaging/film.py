"""What a film is once it has been decoded."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code

__all__ = ["Facts", "Film", "Format"]


class Format(StrEnum):
    """File formats that are read, by content."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    TIFF = "TIFF"
    BMP = "BMP"
    DICOM = "DICOM"
    JPEG_2000 = "JPEG 2000"
    AVIF = "AVIF"
    MEMORY = "memory"  # an array or a Pillow picture handed over by a program


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the file says of the film; never who it is.

    Attributes
    ----------
    format : Format
        By content, not by the file's name.
    width, height : int
        Pixels as shown on a viewer, that is, after the EXIF orientation was applied.
    view, laterality, sex, modality : str or None
        As the file states them; None where it does not.
    age_years : float or None
        Age as the file states it, or else the user.
    turned : int
        Degrees clockwise by which the user had the film turned.
    is_inverted : bool
        The user had black and white exchanged.
    is_drawing : bool
        It is the program's own drawing, pixel for pixel: nobody's film.
    """

    format: Format
    width: int
    height: int
    view: str | None = None
    laterality: str | None = None
    age_years: float | None = None
    sex: str | None = None
    modality: str | None = None
    turned: int = 0
    is_inverted: bool = False
    is_drawing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """One decoded radiograph.

    Attributes
    ----------
    pixels : ndarray, uint8 [height, width]
        As shown on a viewer, bone white. Read-only.
    depth : 8 or 16
        Bits of a sample in the file: 8 for up to eight bits, else 16.
    facts : Facts
        What the file says.
    warnings : tuple of Code
        What decoding found worth a caveat, in the order of `Code`.
    """

    pixels: NDArray[np.uint8]
    depth: Literal[8, 16]
    facts: Facts
    warnings: tuple[Code, ...] = field(default=())

    def __post_init__(self) -> None:
        """Check the pixels and set them read-only."""
        if self.pixels.dtype != np.uint8 or self.pixels.ndim != 2:
            raise ValueError(
                "pixels must be uint8 [height, width]. "
                f"Got {self.pixels.dtype} {self.pixels.shape} instead."
            )
        self.pixels.flags.writeable = False
