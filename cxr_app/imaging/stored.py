"""The values that a file stores, for a viewer that windows on them itself."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cxr_app.imaging.dicom.display import DisplayTransform, Window
from cxr_app.imaging.grey_table import grey_table
from cxr_app.imaging.picture import Picture
from cxr_app.imaging.spacing import Spacing

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
    greys : ndarray, uint8 [256] or [65536]
        The grey in which the program itself shows each value of their kind, from the lowest
        possible one on; lookup tables of the file are in it. Read-only.
    windows : tuple of Window
        All usable windows of the file, in its order.
    spacing : Spacing or None
        Distance of the pixels, where the file states it.
    """

    values: NDArray[Any]
    transform: DisplayTransform
    greys: NDArray[np.uint8]
    windows: tuple[Window, ...] = ()
    spacing: Spacing | None = None

    def __post_init__(self) -> None:
        """Set the arrays read-only."""
        self.values.flags.writeable = False
        self.greys.flags.writeable = False

    @property
    def spacing_mm(self) -> tuple[float, float] | None:
        """Distance of rows and of columns."""
        return None if self.spacing is None else (self.spacing.row_mm, self.spacing.column_mm)


def stored_in_dicom(film: "DicomFilm") -> StoredFilm:
    """Give the stored values of a DICOM file."""
    return StoredFilm(
        values=film.stored,
        transform=film.transform,
        greys=grey_table(film.stored, film.display, film.transform.padding),
        windows=film.windows,
        spacing=film.spacing,
    )


def stored_in_picture(picture: Picture) -> StoredFilm:
    """Give a picture's grey samples of 16 bits where it has them, else its eight-bit pixels.

    They are shown over their full range (PS3.3, C.11.2.1.2: LINEAR, from 0 to the highest).
    """
    grey = picture.grey
    values, highest = (grey.pixels, 255) if grey.deep is None else (grey.deep, grey.highest)
    transform = DisplayTransform(window_centre=(highest + 1) / 2, window_width=highest + 1.0)
    upright = np.ascontiguousarray(picture.upright(values))
    greys = grey_table(values, grey.pixels)
    return StoredFilm(values=upright, transform=transform, greys=greys)
