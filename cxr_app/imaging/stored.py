"""The values that a file stores, for a viewer that windows on them itself."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cxr_app.imaging.dicom.display import DisplayTransform
from cxr_app.imaging.picture import Picture

if TYPE_CHECKING:  # who shows stored values does not wait for what reads files
    from cxr_app.imaging.dicom.reader import DicomFilm

__all__ = ["StoredFilm", "stored_in_dicom", "stored_in_picture"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFilm:
    """What a file stores of its film; never whose it is.

    Attributes
    ----------
    values : ndarray, uint8, uint16, int8 or int16 [height, width]
        Upright, as the film is shown. Read-only.
    transform : DisplayTransform
        How they are shown.
    spacing_mm : tuple of float, or None
        Distance of rows and of columns, where the file states it.
    """

    values: NDArray[Any]
    transform: DisplayTransform
    spacing_mm: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Set the values read-only."""
        self.values.flags.writeable = False


def stored_in_dicom(film: "DicomFilm") -> StoredFilm:
    """Give the stored values of a DICOM file."""
    return StoredFilm(values=film.stored, transform=film.transform, spacing_mm=film.spacing_mm)


def stored_in_picture(picture: Picture) -> StoredFilm:
    """Give a picture's grey samples of 16 bits where it has them, else its eight-bit pixels.

    They are shown over their full range (PS3.3, C.11.2.1.2: LINEAR, from 0 to the highest).
    """
    grey = picture.grey
    values, highest = (grey.pixels, 255) if grey.deep is None else (grey.deep, grey.highest)
    transform = DisplayTransform(window_centre=(highest + 1) / 2, window_width=highest + 1.0)
    upright = np.ascontiguousarray(picture.upright(values))
    return StoredFilm(values=upright, transform=transform)
