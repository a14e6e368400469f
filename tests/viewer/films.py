"""Drawn films with stored values of several kinds."""

import functools
import os

import numpy as np

from cxr_app.imaging.dicom.display import DisplayTransform, Window, show
from cxr_app.imaging.drawing import draw_film
from cxr_app.imaging.grey_table import grey_table
from cxr_app.imaging.spacing import Spacing, SpacingKind
from cxr_app.imaging.stored import StoredFilm

SIDE = int(os.environ.get("FILM_SIDE", "900"))

_ROWS, _COLUMNS = np.mgrid[0:7, 0:7]
GRID = np.exp(-((_ROWS - 4) ** 2 + (_COLUMNS - 2) ** 2) / 3).astype(np.float32)
LUNGS = np.zeros((128, 128), np.float32)
LUNGS[20:100, 22:54] = LUNGS[20:100, 74:106] = 1
_ANGLES = np.linspace(0, 2 * np.pi, 40, endpoint=False)
OUTLINES = tuple(
    np.stack([x + 0.13 * np.cos(_ANGLES), 0.47 + 0.3 * np.sin(_ANGLES)], axis=1) for x in (0.3, 0.7)
)


@functools.cache
def _drawing(height: int, width: int) -> np.ndarray:
    """Draw small and enlarge: a drawing of nine megapixels takes eleven seconds."""
    small = draw_film(1, size=(640, 640), marked=False).pixels.astype(np.float64)
    rows = np.linspace(0, 639, height)
    columns = np.linspace(0, 639, width)
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    bottom, right = np.minimum(top + 1, 639), np.minimum(left + 1, 639)
    down, across = (rows - top)[:, None], (columns - left)[None, :]
    upper = small[top][:, left] * (1 - across) + small[top][:, right] * across
    lower = small[bottom][:, left] * (1 - across) + small[bottom][:, right] * across
    noise = np.random.default_rng(2).normal(0, 0.6, (height, width))
    return np.clip(upper * (1 - down) + lower * down + noise, 0, 255)


def _stored(values: np.ndarray, transform: DisplayTransform, **more: object):
    shown = show(values, transform)
    greys = grey_table(values, shown, transform.padding)
    return StoredFilm(values=values, transform=transform, greys=greys, **more), shown


@functools.cache
def deep():
    """12 bits with the file's windows, twice as many rows in a millimetre as columns."""
    values = np.round(_drawing(SIDE + 60, SIDE) * 14 + 300).astype(np.uint16)
    transform = DisplayTransform(window_centre=2000, window_width=3600)
    windows = (Window(centre=2000, width=3600), Window(centre=1500, width=2000))
    spacing = Spacing(row_mm=0.1, column_mm=0.2, kind=SpacingKind.DETECTOR)
    return _stored(values, transform, windows=windows, spacing=spacing)


@functools.cache
def signed():
    """MONOCHROME1 with a sign, a rescaling, no window, and a frame of padding."""
    values = (1500 - np.round(_drawing(SIDE, SIDE - 40) * 9)).astype(np.int16)
    values[:40] = values[:, :40] = -2000
    transform = DisplayTransform(slope=0.5, intercept=10, inverted=True, padding=(-2000, -2000))
    return _stored(values, transform)


@functools.cache
def eight():
    """Eight bits, as a picture's."""
    values = np.round(_drawing(SIDE, SIDE)).astype(np.uint8)
    return _stored(values, DisplayTransform(window_centre=128, window_width=256))


FILMS = {"deep": deep, "signed": signed, "eight": eight}
