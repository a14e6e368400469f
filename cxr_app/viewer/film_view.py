"""What the viewer is given of one film."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.imaging.dicom.display import Window
from cxr_app.imaging.stored import StoredFilm

__all__ = ["FilmView", "FullDepth", "Overlay", "WindowPreset"]

GRID_SIDE: Final = 512  # cells; a finer grid is a picture, and no heat map


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPreset:
    """A window that the viewer's menu offers beside those of the file.

    Attributes
    ----------
    label : str
        What the menu says.
    window : Window
        In rescaled values: slope times stored value plus intercept.
    """

    label: str
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A heat map: a small grid of numbers over a part of the film.

    Attributes
    ----------
    grid : ndarray, floating or integer [rows, columns]
        Finite; 1 to 512 rows and columns. Enlarged bilinearly between the centres of its cells.
    box : tuple of float
        Left, top, right and bottom of what the grid covers, in pixels of the film as it is
        stored; it may reach beyond the film.
    low, high : float
        Values at the two ends of the legend. At `low` and below, nothing is drawn.
    label : str
        Heading of the legend: what the numbers are.
    contour : float or None
        Value along which a line is drawn.
    is_on : bool
        Whether it is shown at first.

    Raises
    ------
    ValueError
        For a grid, a box or ends that cannot be drawn.
    """

    grid: NDArray[Any]
    box: tuple[float, float, float, float]
    low: float
    high: float
    label: str
    contour: float | None = None
    is_on: bool = False

    def __post_init__(self) -> None:
        """Check that it can be drawn."""
        shape = self.grid.shape
        if len(shape) != 2 or not all(1 <= side <= GRID_SIDE for side in shape):
            raise ValueError(f"grid must have 1 to {GRID_SIDE} rows and columns. Got {shape}.")
        if not np.isfinite(self.grid).all():
            raise ValueError("grid must be finite.")
        left, top, right, bottom = self.box
        if not (np.isfinite(self.box).all() and left < right and top < bottom):
            raise ValueError(f"box must be left, top, right, bottom. Got {self.box} instead.")
        if not (np.isfinite([self.low, self.high]).all() and self.low < self.high):
            raise ValueError(f"low must be below high. Got {self.low} and {self.high}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmView:
    """One film as the viewer shows it before its full depth has come.

    Attributes
    ----------
    film_id : str
        The same for the same pixels; the browser keeps the full depth under this name. It must
        not say whose film it is.
    width, height : int
        Of the film, in pixels; of the preview they may be smaller.
    preview : bytes
        JPEG or PNG of the film as the program shows it, eight bits.
    alt : str
        What a screen reader says of the film.
    overlay : Overlay or None
    outlines : tuple of ndarray, floating [n, 2]
        Closed lines, x and y in pixels of the film: the lungs' outline.
    outline_label : str
        What the button for them says.

    Raises
    ------
    ValueError
        For an empty film, or outlines that are none.
    """

    film_id: str
    width: int
    height: int
    preview: bytes
    alt: str
    overlay: Overlay | None = None
    outlines: tuple[NDArray[Any], ...] = ()
    outline_label: str = "Lungs"

    def __post_init__(self) -> None:
        """Check sizes and shapes."""
        if self.width < 1 or self.height < 1 or not self.preview:
            raise ValueError("a film must have pixels and a preview.")
        for line in self.outlines:
            if line.ndim != 2 or line.shape[1] != 2 or not np.isfinite(line).all():
                raise ValueError(f"an outline must be finite [n, 2]. Got {line.shape} instead.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FullDepth:
    """The stored values of a film, which the viewer asks for once the film is in sight.

    Attributes
    ----------
    film : StoredFilm
    presets : tuple of WindowPreset
        Beside the file's own windows and the full range, which the viewer always offers.
    """

    film: StoredFilm
    presets: tuple[WindowPreset, ...] = ()
