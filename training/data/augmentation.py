"""Random changes of a film, training only: what varies here cannot be learned as a shortcut."""

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from training.recipes.augmentation import AugmentRecipe

__all__ = ["augment"]

_BILINEAR = Image.Resampling.BILINEAR


def augment(
    picture: NDArray[np.uint8], recipe: AugmentRecipe, draw: np.random.Generator
) -> NDArray[np.uint8]:
    """Change a film at random.

    Parameters
    ----------
    picture : ndarray, uint8 [side, side, 1]
    recipe : AugmentRecipe
        How much of what.
    draw : numpy.random.Generator
        The only source of chance: the same generator state gives the same picture.

    Returns
    -------
    ndarray, uint8 [side, side, 1]
    """
    film = Image.fromarray(picture[:, :, 0])
    if draw.random() < recipe.flip:
        film = film.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if draw.random() < recipe.crop:
        film = _crop(film, draw)
    film = _move(film, recipe, draw)
    if draw.random() < recipe.soften:
        film = _soften(film, draw)
    if draw.random() < recipe.sharpen:
        film = _sharpen(film, draw)
    if draw.random() < recipe.marker:
        _mark(film, draw)
    if draw.random() < recipe.border:
        film = _frame(film, draw)
    grey = _expose(np.asarray(film, np.float32) / np.float32(255), recipe, draw)
    if draw.random() < recipe.erase:
        _erase(grey, draw)
    changed = np.rint(np.clip(grey, 0, 1) * 255).astype(np.uint8)
    if draw.random() < recipe.jpeg:
        changed = _recompress(changed, draw)
    return changed[:, :, np.newaxis]


def _factor(draw: np.random.Generator, most: float) -> float:
    return math.exp(draw.uniform(-most, most))


def _move(film: Image.Image, recipe: AugmentRecipe, draw: np.random.Generator) -> Image.Image:
    """Turn, scale, stretch and shift about the middle; what comes from outside is black or edge."""
    side = film.width
    turn = math.radians(draw.uniform(-recipe.rotation_degrees, recipe.rotation_degrees))
    zoom, stretch = _factor(draw, recipe.scale), math.sqrt(_factor(draw, recipe.aspect))
    across, down = draw.uniform(-recipe.shift, recipe.shift, 2) * side
    is_edge_padded = draw.random() < 0.5
    # Pillow wants the way back: from a place in the result to a place in the film.
    cos, sin = math.cos(turn), math.sin(turn)
    a, b = cos / (zoom * stretch), sin / (zoom * stretch)
    d, e = -sin * stretch / zoom, cos * stretch / zoom
    pad = side // 2 if is_edge_padded else 0
    if pad:
        film = Image.fromarray(np.pad(np.asarray(film), pad, mode="edge"))
    middle = side / 2
    c = middle + pad - a * (middle + across) - b * (middle + down)
    f = middle + pad - d * (middle + across) - e * (middle + down)
    return film.transform((side, side), Image.Transform.AFFINE, (a, b, c, d, e, f), _BILINEAR)


def _crop(film: Image.Image, draw: np.random.Generator) -> Image.Image:
    """Cut up to an eighth off each side and fill the square again: the shape changes with it."""
    side = film.width
    left, top, right, bottom = draw.uniform(0, 0.125, 4) * side
    return film.resize((side, side), _BILINEAR, box=(left, top, side - right, side - bottom))


def _frame(film: Image.Image, draw: np.random.Generator) -> Image.Image:
    """Paint over up to an eighth at each side, mostly black; half of the time alike all round."""
    side = film.width
    widths = draw.uniform(0, 0.125, 4)
    if draw.random() < 0.5:
        widths[:] = widths[0]
    left, top, right, bottom = np.rint(widths * side).astype(int).tolist()
    level = 0 if draw.random() < 0.7 else int(draw.integers(0, 256))
    framed = Image.new("L", film.size, level)
    framed.paste(film.crop((left, top, side - right, side - bottom)), (left, top))
    return framed


def _soften(film: Image.Image, draw: np.random.Generator) -> Image.Image:
    side = film.width
    small = max(8, round(side * draw.uniform(0.35, 0.9)))
    return film.resize((small, small), _BILINEAR).resize((side, side), _BILINEAR)


def _sharpen(film: Image.Image, draw: np.random.Generator) -> Image.Image:
    radius = film.width * draw.uniform(0.004, 0.016)
    return film.filter(ImageFilter.UnsharpMask(radius, percent=int(draw.integers(50, 200))))


def _mark(film: Image.Image, draw: np.random.Generator) -> None:
    """Draw a bright letter near a left or right edge, as the one that names the side."""
    side = film.width
    height = side * draw.uniform(0.04, 0.1)
    edge = side * draw.uniform(0.02, 0.12)
    x = edge if draw.random() < 0.5 else side - edge - height
    y = side * draw.uniform(0.02, 0.9)
    letter = str(draw.choice(["L", "R"]))
    font = ImageFont.load_default(size=height)
    ImageDraw.Draw(film).text((x, y), letter, fill=int(draw.integers(170, 256)), font=font)


def _expose(
    grey: NDArray[np.float32], recipe: AugmentRecipe, draw: np.random.Generator
) -> NDArray[np.float32]:
    grey = np.clip(grey, 0, 1) ** np.float32(_factor(draw, recipe.gamma))
    middle = grey.mean()
    grey = (grey - middle) * np.float32(_factor(draw, recipe.contrast)) + middle
    grey = grey + np.float32(draw.uniform(-recipe.brightness, recipe.brightness))
    strength = np.float32(draw.uniform(0, recipe.noise))
    if strength > 0:
        grey = grey + draw.standard_normal(grey.shape, dtype=np.float32) * strength
    return grey.astype(np.float32)


def _erase(grey: NDArray[np.float32], draw: np.random.Generator) -> None:
    side = grey.shape[0]
    height, width = (draw.uniform(0.1, 0.35, 2) * side).astype(int)
    top, left = draw.integers(0, side - height), draw.integers(0, side - width)
    grey[top : top + height, left : left + width] = draw.random()


def _recompress(picture: NDArray[np.uint8], draw: np.random.Generator) -> NDArray[np.uint8]:
    packed = io.BytesIO()
    Image.fromarray(picture).save(packed, "JPEG", quality=int(draw.integers(30, 96)))
    return np.asarray(Image.open(packed, formats=["JPEG"]), np.uint8)
