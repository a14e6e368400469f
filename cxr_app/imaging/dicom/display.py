"""From stored values to the grey of a viewer: PS3.4, N.2, for one film without its context.

All steps depend on a stored value alone, and there are 65,536 of these at most: so the steps are
taken once for each value that a film may hold, and the film is looked up in the result.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.errors import Rejected

__all__ = ["DisplayTransform", "Function", "LookupTable", "Window", "show"]

WHITE: Final = 255.0
BLACK: Final = 0
BLOCK: Final = 2**20  # pixels turned at a time


class Function(StrEnum):
    """VOI LUT Function: PS3.3, C.11.2.1.2 and C.11.2.1.3."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A window that can be applied: its width is at least 1, or above 0 if not LINEAR."""

    centre: float
    width: float
    function: Function = Function.LINEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupTable:
    """A Modality LUT or VOI LUT: PS3.3, C.11.1.1 and C.11.2.1.1.

    Attributes
    ----------
    first : int
        Value that the first entry is for; those below have its entry, too.
    entries : ndarray, uint16 [n]
    bits : int
        Of an entry, 8 to 16.
    """

    first: int
    entries: NDArray[np.uint16]
    bits: int

    def look_up(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Look values up; those beyond an end have the entry there."""
        places = np.clip(np.floor(values + 0.5) - self.first, 0, self.entries.size - 1)
        found: NDArray[np.float64] = self.entries[places.astype(np.int64)].astype(np.float64)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayTransform:
    """How a viewer shows stored values, in plain numbers; lookup tables of the file apart.

    Attributes
    ----------
    slope, intercept : float
        Of the rescaling: PS3.3, C.11.1. 1 and 0 where a lookup table is in its place.
    window_centre, window_width : float or None
        Of the file's first window, in rescaled values, where it is usable.
    window_function : Function
    inverted : bool
        The lowest value is shown white: MONOCHROME1, a Presentation LUT Shape of INVERSE, or both.
    padding : tuple of int or None
        Lowest and highest stored value of what is no part of the picture: PS3.3, C.7.5.1.1.2.
    """

    slope: float = 1.0
    intercept: float = 0.0
    window_centre: float | None = None
    window_width: float | None = None
    window_function: Function = Function.LINEAR
    inverted: bool = False
    padding: tuple[int, int] | None = None

    @property
    def window(self) -> Window | None:
        """The window, where there is one."""
        if self.window_centre is None or self.window_width is None:
            return None
        return Window(
            centre=self.window_centre, width=self.window_width, function=self.window_function
        )


def show(
    stored: NDArray[Any],
    transform: DisplayTransform,
    *,
    modality: LookupTable | None = None,
    voi: LookupTable | None = None,
) -> NDArray[np.uint8]:
    """Show stored values, bone white.

    A VOI LUT goes before the window. With neither, the lowest and the highest value of the film,
    without its padding, are black and white.

    Parameters
    ----------
    stored : ndarray, integer of 8 or 16 bits [rows, columns]
    transform : DisplayTransform
    modality, voi : LookupTable, optional

    Returns
    -------
    ndarray, uint8 [rows, columns]
        Rounded half up. Padding is 0, whatever the rest.

    Raises
    ------
    Rejected
        `bad_pixel_values` where a rescaled value is no number.
    """
    present = _present(stored)
    codes = np.arange(present.size) + np.iinfo(stored.dtype).min
    is_padding = _is_padding(codes, transform.padding)
    used = codes[present & ~is_padding].astype(np.float64)
    table = np.full(codes.size, BLACK, dtype=np.uint8)
    if used.size:
        rescaled = _rescale(used, transform, modality)
        grey = _grey(rescaled, transform.window, voi)
        table[present & ~is_padding] = _rounded(WHITE - grey if transform.inverted else grey)
    return _look_up(stored, table)


def _present(stored: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which values of its kind a film holds, from the lowest possible one on."""
    info = np.iinfo(stored.dtype)
    found = np.zeros(info.max - info.min + 1, dtype=np.bool_)
    for rows in _blocks(stored):
        found[stored[rows].view(f"u{stored.itemsize}")] = True
    return np.roll(found, -info.min)


def _look_up(stored: NDArray[Any], table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Look a film up in a table that starts at the lowest possible value."""
    by_code = np.roll(table, int(np.iinfo(stored.dtype).min))
    shown = np.empty(stored.shape, dtype=np.uint8)
    for rows in _blocks(stored):
        shown[rows] = by_code[stored[rows].view(f"u{stored.itemsize}")]
    return shown


def _blocks(stored: NDArray[Any]) -> Iterator[slice]:
    """Rows at a time: an index takes eight bytes a pixel."""
    height = max(1, BLOCK // max(1, stored.shape[1]))
    for start in range(0, stored.shape[0], height):
        yield slice(start, start + height)


def _is_padding(codes: NDArray[Any], padding: tuple[int, int] | None) -> NDArray[np.bool_]:
    if padding is None:
        return np.zeros(codes.shape, dtype=np.bool_)
    lowest, highest = padding
    return (codes >= lowest) & (codes <= highest)


def _rescale(
    values: NDArray[np.float64], transform: DisplayTransform, table: LookupTable | None
) -> NDArray[np.float64]:
    """Apply the Modality LUT or the rescaling: PS3.3, C.11.1."""
    if table is not None:
        return table.look_up(values)
    with np.errstate(all="ignore"):
        rescaled = values * transform.slope + transform.intercept
        span = rescaled.max() - rescaled.min()
    if not np.isfinite(span):
        raise Rejected(Code.BAD_PIXEL_VALUES)
    return rescaled


def _grey(
    values: NDArray[np.float64], window: Window | None, voi: LookupTable | None
) -> NDArray[np.float64]:
    """Apply the VOI LUT, else the window, else the full range: 0 to 255, not rounded."""
    if voi is not None:
        scaled: NDArray[np.float64] = voi.look_up(values) / (2**voi.bits - 1) * WHITE
        return scaled
    if window is None:
        return _full_range(values)
    if window.function is Function.SIGMOID:
        return _sigmoid(values, window)
    return _linear(values, window)


def _full_range(values: NDArray[np.float64]) -> NDArray[np.float64]:
    lowest, highest = values.min(), values.max()
    if lowest == highest:
        return np.zeros_like(values)
    stretched: NDArray[np.float64] = (values - lowest) / (highest - lowest) * WHITE
    return stretched


def _linear(values: NDArray[np.float64], window: Window) -> NDArray[np.float64]:
    """Apply the formulas of PS3.3, C.11.2.1.2.1 (LINEAR) or C.11.2.1.3.2 (LINEAR_EXACT)."""
    half = 0.5 if window.function is Function.LINEAR else 0.0
    centre, width = window.centre - half, window.width - 2 * half
    with np.errstate(all="ignore"):  # a width of 1 has no slope, and its values are not used
        sloped = ((values - centre) / width + 0.5) * WHITE
    below, above = values <= centre - width / 2, values > centre + width / 2
    return np.clip(np.where(below, 0.0, np.where(above, WHITE, sloped)), 0.0, WHITE)


def _sigmoid(values: NDArray[np.float64], window: Window) -> NDArray[np.float64]:
    """Apply the formula of PS3.3, C.11.2.1.3.1."""
    with np.errstate(all="ignore"):
        steepness = np.clip(-4 * (values - window.centre) / window.width, -700, 700)
    curve: NDArray[np.float64] = WHITE / (1 + np.exp(steepness))
    return curve


def _rounded(grey: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.floor(grey + 0.5).astype(np.uint8)
