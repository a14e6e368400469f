"""A drawn frontal chest radiograph: nobody's, for the page's example, the guide and the tests.

A schematic picture in a few soft layers, bone white. It shows where things are, not how disease
looks, and what a model says of it means nothing.
"""

import functools
import io
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, PngImagePlugin

from cxr_app.imaging.film import Facts, Film, Format

__all__ = ["draw_example", "draw_film", "draw_png", "is_drawing"]

EXAMPLE_SIDE: Final = 640  # pixels
WORDS: Final = "Drawing, not a radiograph"
Plane = NDArray[np.float32]
Point = tuple[float, float]

# Outlines in shares of the picture, x from the left, y from the top; the left half is mirrored.
LUNG: Final[Sequence[Point]] = (
    *((0.43, 0.16), (0.37, 0.13), (0.30, 0.16), (0.235, 0.25), (0.19, 0.38), (0.165, 0.54)),
    *((0.155, 0.70), (0.16, 0.80), (0.20, 0.775), (0.27, 0.755), (0.34, 0.755), (0.40, 0.775)),
    *((0.43, 0.70), (0.445, 0.55), (0.45, 0.40), (0.445, 0.26)),
)
TRUNK: Final[Sequence[Point]] = (
    *((0.40, -0.1), (0.39, 0.07), (0.30, 0.11), (0.15, 0.15), (0.04, 0.24), (-0.02, 0.42)),
    *((-0.06, 1.3), (0.56, 1.3), (0.56, -0.2), (0.40, -0.2)),
)


def draw_film(
    seed: int = 0,
    *,
    size: tuple[int, int] = (640, 640),
    consolidation: float = 0.0,
    marked: bool = True,
) -> Film:
    """Draw a film; the same for the same arguments.

    Parameters
    ----------
    seed : int
        Varies build, position and grain.
    size : tuple of int
        Width and height in pixels.
    consolidation : float
        0 to 1: how dense a white patch lies over the lower lung on the viewer's left.
    marked : bool
        Whether words say on it that it is a drawing.

    Raises
    ------
    ValueError
        For a consolidation outside 0 to 1.
    """
    if not 0 <= consolidation <= 1:
        raise ValueError(f"consolidation must be 0 to 1. Got {consolidation} instead.")
    rng = np.random.default_rng(seed)
    grey = _anatomy(size, rng)
    if consolidation:
        x, y = 0.30 + 0.02 * rng.uniform(-1, 1), 0.62 + 0.03 * rng.uniform(-1, 1)
        patch = _layer(
            size,
            lambda draw, at: draw.ellipse(at([(x - 0.1, y - 0.1), (x + 0.1, y + 0.1)]), 255),
            0.05,
        )
        grey += 0.42 * consolidation * patch
    grey += rng.normal(0, 0.008, grey.shape).astype(np.float32)
    low, high = float(grey.min()), float(grey.max())
    pixels = np.floor((grey - low) / (high - low) * 255 + 0.5).astype(np.uint8)
    if marked:
        pixels = _with_words(pixels)
    height, width = pixels.shape
    return Film(
        pixels=pixels, depth=8, facts=Facts(format=Format.MEMORY, width=width, height=height)
    )


def draw_example() -> bytes:
    """Draw the page's example, a PNG file."""
    return draw_png(size=(EXAMPLE_SIDE, EXAMPLE_SIDE), consolidation=0.8)


def is_drawing(film: Film) -> bool:
    """Tell the page's example by its exact pixels; any other drawing is judged as films are."""
    size = (EXAMPLE_SIDE, EXAMPLE_SIDE)
    return film.pixels.shape == size and np.array_equal(film.pixels, _example().pixels)


@functools.cache
def _example() -> Film:
    return draw_film(size=(EXAMPLE_SIDE, EXAMPLE_SIDE), consolidation=0.8)


def draw_png(
    seed: int = 0, *, size: tuple[int, int] = (640, 640), consolidation: float = 0.0
) -> bytes:
    """Draw a film as `draw_film` does, as a PNG file that says in words what it is."""
    film = draw_film(seed, size=size, consolidation=consolidation)
    text = PngImagePlugin.PngInfo()
    text.add_text("Description", WORDS)
    file = io.BytesIO()
    Image.fromarray(film.pixels).save(file, "PNG", pnginfo=text)
    return file.getvalue()


def _anatomy(size: tuple[int, int], rng: np.random.Generator) -> Plane:
    """Lay the parts of a chest over each other, float32 [height, width], about 0 to 1."""
    girth, slope, breath, heart, turn = 1 + 0.05 * rng.uniform(-1, 1, 5)
    middle = 0.5 + 0.2 * (turn - 1)
    halves = [_half(size, middle, side * girth, slope=slope, breath=breath) for side in (-1, 1)]
    trunk = np.maximum(halves[0][0], halves[1][0])
    lungs = np.clip(halves[0][1] + halves[1][1], 0, 1)
    bones = halves[0][2] + halves[1][2]
    ends = [(middle - 0.09, 0.46), (middle + 0.15 * heart, 0.78 * breath)]
    shadow = _layer(size, lambda draw, at: draw.ellipse(at(ends), 255), 0.012)
    spine = _line(size, [(middle, -0.1), (middle, 1.1)], 0.075, 0.006)
    discs = [
        _line(size, [(middle - 0.034, y), (middle + 0.034, y)], 0.008, 0.003)
        for y in np.arange(0.06, 1.0, 0.062)
    ]
    airway = _line(size, [(middle, -0.1), (middle + 0.004, 0.27)], 0.03, 0.006)
    belly = _polygon(
        size, [(-0.2, 0.8), (0.3, 0.75), (0.7, 0.75), (1.2, 0.8), (1.2, 1.3), (-0.2, 1.3)], 0.02
    )
    grey = 0.05 + 0.55 * trunk - 0.40 * lungs + bones * trunk + 0.14 * belly * trunk
    grey += 0.34 * shadow * lungs + 0.10 * spine - 0.05 * np.sum(discs, axis=0) - 0.10 * airway
    drawn: Plane = grey.astype(np.float32)
    return drawn


def _half(
    size: tuple[int, int], middle: float, side: float, *, slope: float, breath: float
) -> tuple[Plane, Plane, Plane]:
    """Draw the trunk, the lung and the bones of one side."""

    def placed(points: Sequence[Point]) -> list[Point]:
        return [(middle + side * (0.5 - x), 0.16 + (y - 0.16) * breath) for x, y in points]

    bones = 0.16 * _line(size, placed([(0.45, 0.155), (0.32, 0.115), (0.17, 0.13)]), 0.02, 0.004)
    bones += 0.05 * _line(size, placed([(0.15, 0.15), (0.2, 0.3), (0.16, 0.42)]), 0.014, 0.006)
    heights, edges = zip(*((y, x) for x, y in LUNG[3:8]), strict=True)
    for top in np.arange(0.165, 0.72, 0.066):
        low = top + 0.085 * slope
        edge = float(np.interp(low, heights, edges)) - 0.008
        back = [(0.46, top), (0.37, top - 0.03 * slope), (edge - 0.01, top), (edge, low)]
        front = [(edge, low), (edge + 0.02, low + 0.06 * slope), (0.34, low + 0.09 * slope)]
        bones += 0.13 * _line(size, placed(back), 0.016, 0.003)
        bones += 0.05 * _line(size, placed(front), 0.02, 0.005)
    return _polygon(size, placed(TRUNK), 0.012), _polygon(size, placed(LUNG), 0.008), bones


def _polygon(size: tuple[int, int], points: Sequence[Point], blur: float) -> Plane:
    ring = _rounded([*points, *points[:2]])
    return _layer(size, lambda draw, at: draw.polygon(at(ring), 255), blur)


def _line(size: tuple[int, int], points: Sequence[Point], width: float, blur: float) -> Plane:
    thick = max(1, round(width * min(size)))
    curve = _rounded(points)
    return _layer(
        size, lambda draw, at: draw.line(at(curve), 255, width=thick, joint="curve"), blur
    )


def _rounded(points: Sequence[Point]) -> NDArray[np.float64]:
    """Cut corners (Chaikin 1974): float64 [n, 2]."""
    curve = np.array(points, float)
    for _ in range(3):
        near, far = 0.75 * curve[:-1] + 0.25 * curve[1:], 0.25 * curve[:-1] + 0.75 * curve[1:]
        inner = np.stack([near, far], axis=1).reshape(-1, 2)
        curve = np.concatenate([curve[:1], inner, curve[-1:]])
    return curve


def _layer(
    size: tuple[int, int],
    paint: Callable[[ImageDraw.ImageDraw, Callable[..., list[float]]], None],
    blur: float,
) -> Plane:
    """Paint one part white on black with soft edges, float32 [height, width], 0 to 1."""
    picture = Image.new("L", size)
    paint(ImageDraw.Draw(picture), lambda shares: (np.array(shares) * size).ravel().tolist())
    soft = picture.filter(ImageFilter.GaussianBlur(blur * min(size)))
    return np.asarray(soft, np.float32) / np.float32(255)


def _with_words(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Write on the film that it is none, where there is room for it."""
    picture = Image.fromarray(pixels)
    draw = ImageDraw.Draw(picture)
    draw.text(
        (0.02 * picture.width, 0.96 * picture.height),
        WORDS,
        fill=30,
        anchor="ls",
        font_size=max(8, picture.height // 32),
    )
    return np.array(picture)
