"""The windows that the viewer's menu offers."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.imaging.dicom.display import Function, Window
from cxr_app.imaging.stored import StoredFilm
from cxr_app.viewer.film_view import WindowPreset

__all__ = ["window_of_lungs"]

SAMPLES: Final = 2**20  # pixels looked at; percentiles of a million are those of all
SHARES: Final = (5, 95)  # percent


def window_of_lungs(
    film: StoredFilm,
    lungs: NDArray[Any],
    *,
    box: tuple[float, float, float, float] | None = None,
) -> WindowPreset | None:
    """Make the window from the 5th to the 95th percentile of the lungs.

    Parameters
    ----------
    film : StoredFilm
    lungs : ndarray, bool or floating [rows, columns]
        Probability of "lung", 0..1; above one half is lung.
    box : tuple of float, optional
        Left, top, right and bottom of what `lungs` covers, in pixels of the film; all of it
        where left out.

    Returns
    -------
    WindowPreset or None
        None where there is no lung, or only one value in it.
    """
    height, width = film.values.shape
    step = max(1, int(np.ceil(np.sqrt(film.values.size / SAMPLES))))
    rows, columns = np.arange(0, height, step), np.arange(0, width, step)
    left, top, right, bottom = box or (0.0, 0.0, float(width), float(height))
    down = _places(rows, top, bottom, lungs.shape[0])
    across = _places(columns, left, right, lungs.shape[1])
    is_inside = (down >= 0)[:, None] & (across >= 0)[None, :]
    is_lung = is_inside & (lungs[np.maximum(down, 0)][:, np.maximum(across, 0)] > 0.5)
    values = film.values[::step, ::step][is_lung].astype(np.float64)
    if film.transform.padding is not None:
        lowest, highest = film.transform.padding
        values = values[(values < lowest) | (values > highest)]
    if not values.size:
        return None
    ends = np.percentile(values, SHARES) * film.transform.slope + film.transform.intercept
    low, high = float(ends.min()), float(ends.max())
    if low == high:
        return None
    window = Window(centre=(low + high) / 2, width=high - low, function=Function.LINEAR_EXACT)
    return WindowPreset(label="Lungs, 5 to 95 %", window=window)


def _places(pixels: NDArray[Any], start: float, end: float, count: int) -> NDArray[np.int64]:
    """Give the cell that each pixel's centre falls into; -1 outside."""
    cells = np.floor((pixels + 0.5 - start) / (end - start) * count).astype(np.int64)
    return np.where((cells >= 0) & (cells < count), cells, -1)
