"""Changed forms of a film, to measure what an answer hangs on. Fixed changes, nothing drawn.

Each takes the film as a viewer shows it and whether it is of the looked-for class, and gives the
changed film. Amounts are shares of the side, so that a small copy and a large one are changed
alike.
"""

import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from training.data.film_reader import Change

__all__ = ["FORMS", "Form", "swapped_by_crop"]

Pixels = NDArray[np.uint8]
Form = Change

# Width over height of the archive's films before they were squashed: the median of its pneumonia
# films is 1.49, that of its normal films 1.21.
SHAPES: Final = 1.49 / 1.21


def _jpeg(quality: int) -> Form:
    def change(film: Pixels, _: bool) -> Pixels:
        packed = io.BytesIO()
        Image.fromarray(film).save(packed, "JPEG", quality=quality)
        return np.asarray(Image.open(packed, formats=["JPEG"]), np.uint8)

    return change


def _crop(*, across: float, down: float) -> Form:
    """Cut a share off both ends of an axis."""

    def change(film: Pixels, _: bool) -> Pixels:
        x, y = round(film.shape[1] * across), round(film.shape[0] * down)
        return film[y : film.shape[0] - y, x : film.shape[1] - x]

    return change


def _blur(film: Pixels, _: bool) -> Pixels:
    radius = max(film.shape) / 224
    return np.asarray(Image.fromarray(film).filter(ImageFilter.GaussianBlur(radius)))


def _sharpen(film: Pixels, _: bool) -> Pixels:
    mask = ImageFilter.UnsharpMask(max(film.shape) / 112, percent=100)
    return np.asarray(Image.fromarray(film).filter(mask))


def _darken(film: Pixels, _: bool) -> Pixels:
    return np.rint((film / 255.0) ** 1.5 * 255).astype(np.uint8)


def _mask_border(film: Pixels, _: bool) -> Pixels:
    """Blacken what lies within 8 % of an edge, where markers and collimation are."""
    x, y = round(film.shape[1] * 0.08), round(film.shape[0] * 0.08)
    masked = np.zeros_like(film)
    masked[y:-y, x:-x] = film[y:-y, x:-x]
    return masked


def _framed(*, across: float, down: float, level: int) -> Form:
    """Add an even border at both ends of an axis, in shares of the film's side."""

    def change(film: Pixels, _: bool) -> Pixels:
        x, y = round(film.shape[1] * across), round(film.shape[0] * down)
        return np.pad(film, ((y, y), (x, x)), constant_values=level)

    return change


def _halve(film: Pixels, _: bool) -> Pixels:
    return film // 2


def _turn(film: Pixels, _: bool) -> Pixels:
    """Turn by 5 degrees; the corners that come from outside are black."""
    return np.asarray(Image.fromarray(film).rotate(5, Image.Resampling.BILINEAR))


def _mark_corner(film: Pixels, _: bool) -> Pixels:
    marked = Image.fromarray(film)
    height = 0.08 * max(film.shape)
    place = (0.04 * film.shape[1], 0.04 * film.shape[0])
    font = ImageFont.load_default(size=height)
    ImageDraw.Draw(marked).text(place, "R", fill=255, font=font)
    return np.asarray(marked)


def swapped_by_crop(cut: float) -> Form:
    """Give a film of one class the other's shape: a share is cut off both ends of one axis."""

    def change(film: Pixels, is_looked_for: bool) -> Pixels:
        crop = _crop(across=cut, down=0) if is_looked_for else _crop(across=0, down=cut)
        return crop(film, is_looked_for)

    return change


def _swap_by_padding(film: Pixels, is_looked_for: bool) -> Pixels:
    """Give a film of one class the other's usual shape: black is added along one axis."""
    added = [round(side * (SHAPES - 1) / 2) for side in film.shape]
    widths = ((added[0], added[0]), (0, 0)) if is_looked_for else ((0, 0), (added[1], added[1]))
    return np.pad(film, widths)


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "JPEG quality 35": _jpeg(35),
        "JPEG quality 95": _jpeg(95),
        "blurred, 1 pixel of 224": _blur,
        "sharpened": _sharpen,
        "darker, gamma 1.5": _darken,
        "6 % cut off left and right": _crop(across=0.06, down=0),
        "6 % cut off top and bottom": _crop(across=0, down=0.06),
        "5 % cut off all round": _crop(across=0.05, down=0.05),
        "turned by 5 degrees": _turn,
        "grey values halved": _halve,
        "border of 8 % blackened": _mask_border,
        "black border of 25 % added": _framed(across=0.25, down=0.25, level=0),
        "white border of 25 % added": _framed(across=0.25, down=0.25, level=255),
        "letterbox: black bars of 25 % above and below": _framed(across=0, down=0.25, level=0),
        "marker in a corner": _mark_corner,
        "classes' shapes swapped, by crop": swapped_by_crop((1 - 1 / SHAPES) / 2),
        "classes' shapes swapped, by padding": _swap_by_padding,
    }
)
