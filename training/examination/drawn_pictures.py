"""Pictures that are no films, drawn by code: patterns, pages, charts, and several films in one."""

import io
from collections.abc import Callable, Iterator, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

__all__ = ["draw_others", "join_films"]

Grey = NDArray[np.uint8]
Rng = np.random.Generator
SIDE: Final = 400  # pixels
EACH: Final = 24  # pictures of each kind


def _noise(rng: Rng) -> Grey:
    grain = int(rng.choice([1, 1, 2, 4, 8, 25, 50]))
    small = rng.normal(128, rng.uniform(10, 70), (SIDE // grain, SIDE // grain))
    return _sized(np.clip(small, 0, 255).astype(np.uint8))


def _gradient(rng: Rng) -> Grey:
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    shape = x * np.cos(angle) + y * np.sin(angle)
    if rng.random() < 0.5:
        shape = np.hypot(x - rng.uniform(-0.5, 0.5), y - rng.uniform(-0.5, 0.5))
    low, high = np.sort(rng.uniform(0, 255, 2))
    span = shape - shape.min()
    grey: Grey = (low + (high - low) * span / span.max()).astype(np.uint8)
    return grey


def _checks(rng: Rng) -> Grey:
    y, x = np.mgrid[:SIDE, :SIDE]
    step = int(rng.integers(4, 90))
    is_dark = (x // step + (y // step if rng.random() < 0.6 else 0)) % 2 == 0
    dark, light = rng.integers(0, 110), rng.integers(140, 256)
    grey = np.where(is_dark, dark, light).astype(np.uint8)
    turned: Grey = np.rot90(grey, int(rng.integers(4)))
    return turned


def _blobs(rng: Rng) -> Grey:
    picture = Image.new("L", (SIDE, SIDE), int(rng.integers(0, 256)))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(1, 40))):
        x, y = rng.uniform(-20, SIDE, 2)
        w, h = rng.uniform(5, 220, 2)
        shape = draw.ellipse if rng.random() < 0.6 else draw.rectangle
        shape((x, y, x + w, y + h), int(rng.integers(0, 256)))
    return np.asarray(picture)


def _page(rng: Rng) -> Grey:
    is_dark = rng.random() < 0.3
    picture = Image.new("L", (SIDE, int(SIDE * rng.uniform(0.7, 1.5))), 20 if is_dark else 250)
    draw = ImageDraw.Draw(picture)
    size = float(rng.uniform(8, 26))
    font = ImageFont.load_default(size=size)
    margin, y = rng.uniform(5, 60), rng.uniform(5, 60)
    while y < picture.height - size:
        if rng.random() < 0.85:
            words = ["".join(chr(97 + c) for c in rng.integers(0, 26, n)) for n in
                     rng.integers(1, 11, rng.integers(1, 14))]  # fmt: skip
            draw.text((margin, y), " ".join(words), 235 if is_dark else 15, font=font)
        y += size * rng.uniform(1.1, 1.8)
    return np.asarray(picture)


def _chart(rng: Rng) -> Grey:
    figure = Figure(figsize=(5, float(rng.uniform(3, 5))), dpi=80)
    axes = figure.subplots()
    values = rng.normal(0, 1, (int(rng.integers(1, 4)), int(rng.integers(5, 60)))).cumsum(axis=1)
    match int(rng.integers(4)):
        case 0:
            axes.plot(values.T)
        case 1:
            axes.bar(range(len(values[0])), np.abs(values[0]))
        case 2:
            axes.scatter(values[0], rng.normal(0, 1, len(values[0])))
        case _:
            axes.imshow(rng.normal(0, 1, (12, 12)), cmap="gray")
    axes.set_title("values")
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return np.asarray(Image.open(file).convert("L"))


_DRAWERS: Final = MappingProxyType(
    {
        "noise": _noise,
        "gradient": _gradient,
        "checks": _checks,
        "blobs": _blobs,
        "text": _page,
        "chart": _chart,
    }
)


def draw_others(seed: int) -> Iterator[tuple[str, Grey]]:
    """Yield kinds and pictures uint8 [h, w]; the same for the same seed."""
    rng = np.random.default_rng(seed)
    for kind, draw in _DRAWERS.items():
        drawer: Callable[[Rng], Grey] = draw
        for _ in range(EACH):
            yield kind, drawer(rng)


def join_films(films: Sequence[Grey], seed: int) -> Iterator[Grey]:
    """Yield pictures that hold two to four of the films, side by side or in rows."""
    rng = np.random.default_rng(seed)
    for _ in range(2 * EACH):
        chosen = [_sized(films[i]) for i in rng.choice(len(films), 4)]
        gap = int(rng.integers(0, 30))
        across = np.pad(chosen[0], ((0, 0), (0, gap)))
        row = np.hstack([across, chosen[1]])
        if rng.random() < 0.35:
            below = np.hstack([np.pad(chosen[2], ((0, 0), (0, gap))), chosen[3]])
            row = np.vstack([np.pad(row, ((0, gap), (0, 0))), below])
        yield row


def _sized(grey: Grey) -> Grey:
    how = Image.Resampling.NEAREST if grey.shape[0] < SIDE // 3 else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(grey).resize((SIDE, SIDE), how))
