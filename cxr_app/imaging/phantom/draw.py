"""From depths of tissue to a film: exposure, film curve, grain, the words that say it is drawn."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cxr_app.imaging.film import Facts, Film, Format
from cxr_app.imaging.phantom import bones, chest
from cxr_app.imaging.phantom.build import Build
from cxr_app.imaging.phantom.canvas import Canvas, Plane, blur

__all__ = ["draw_phantom", "phantom_png"]

WORDS = "DRAWING - NOT A FILM"
MIN_SIDE, MAX_SIDE = 128, 4096  # pixels; below 128 the words do not fit

# Attenuation in one unit of depth, chosen by eye: lung dark, heart light, spine nearly white.
SOFT, BONE, BLOOD = 4.3, 11.0, 12.0
AERATED = 0.71  # share of a lung's depth that is air

# Film curve: contrast, and the attenuation that comes out middle grey.
CONTRAST, MIDDLE = 1.95, 1.32


def draw_phantom(
    seed: int = 0,
    *,
    size: tuple[int, int] = (1024, 1024),
    consolidation: float = 0.0,
    marked: bool = True,
) -> Film:
    """Draw a front chest film of a child of about three years; no pixel comes from a patient.

    The same arguments give the same pixels; another platform's arithmetic may round a pixel
    differently.

    Parameters
    ----------
    seed : int, default 0
        At least 0. Varies build, position, vessels and grain.
    size : tuple of two ints, default (1024, 1024)
        Width and height in pixels, 128 to 4096. The chest fills the short side.
    consolidation : float, default 0.0
        0 to 1: how densely patches in one lower lung, which the seed chooses, are filled. The rest
        of the film does not change with it.
    marked : bool, default True
        Burn in `DRAWING - NOT A FILM` at the lower edge. False is for tests and training alone:
        whoever shows the film must mark it.

    Returns
    -------
    Film
        Pixels uint8 [height, width], bone white, read-only; 8 bits deep; no warnings.

    Raises
    ------
    ValueError
        An argument is out of its range.
    """
    _check(seed, size, consolidation)
    build = Build.of(np.random.default_rng([seed, 0]))
    canvas = Canvas.of(size, zoom=build.zoom, lean=build.lean)
    attenuation = _attenuation(canvas, build, seed=seed, consolidation=consolidation)
    pixels = _develop(canvas, attenuation, np.random.default_rng([seed, 3]))
    facts = Facts(format=Format.MEMORY, width=size[0], height=size[1])
    return Film(pixels=_mark(pixels) if marked else pixels, depth=8, facts=facts)


def phantom_png(
    seed: int = 0, *, size: tuple[int, int] = (1024, 1024), consolidation: float = 0.0
) -> bytes:
    """Draw a phantom as a PNG file, always marked, without metadata.

    Parameters
    ----------
    seed, size, consolidation
        As for `draw_phantom`.

    Returns
    -------
    bytes
        Eight-bit grey PNG; the same bytes for the same arguments and versions of the libraries.
    """
    film = draw_phantom(seed, size=size, consolidation=consolidation)
    file = io.BytesIO()
    Image.fromarray(film.pixels).save(file, format="PNG", optimize=False, compress_level=6)
    return file.getvalue()


def _check(seed: int, size: tuple[int, int], consolidation: float) -> None:
    """Refuse arguments out of range."""
    if seed < 0:
        raise ValueError(f"seed must be at least 0. Got {seed} instead.")
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in size):
        raise ValueError(f"size must be {MIN_SIDE} to {MAX_SIDE} pixels. Got {size} instead.")
    if not 0 <= consolidation <= 1:
        raise ValueError(f"consolidation must be 0 to 1. Got {consolidation} instead.")


def _attenuation(canvas: Canvas, build: Build, *, seed: int, consolidation: float) -> Plane:
    """Add up what the beam loses on its way to each pixel."""
    # Own streams, so that an opacity leaves vessels and grain as they are.
    texture = np.random.default_rng([seed, 1])
    lung = chest.lungs(canvas, build)
    aerated = np.clip(lung / np.float32(0.12), 0, 1)
    blood = chest.vessels(canvas, texture) * aerated
    mottle = canvas.noise(texture, 150) + canvas.noise(texture, 70)
    lung = lung * (1 + np.float32(0.022) * mottle)
    if consolidation > 0:
        filled = chest.consolidate(canvas, np.random.default_rng([seed, 2]), build)
        open_share = 1 - np.float32(0.85 * consolidation) * filled
        lung, blood = lung * open_share, blood * open_share  # no vessel shows without air around it
    air = np.float32(AERATED) * lung + chest.windpipe(canvas, build) + chest.stomach(canvas, build)
    whole = chest.body(canvas, build)
    muscle_and_fat = 1 + np.float32(0.02) * (canvas.noise(texture, 9) + canvas.noise(texture, 28))
    soft = np.maximum(whole * muscle_and_fat - air, 0)
    bone = bones.skeleton(canvas, build) * (whole > 0)
    total: Plane = np.float32(SOFT) * soft + np.float32(BLOOD) * blood + np.float32(BONE) * bone
    return total


def _develop(canvas: Canvas, attenuation: Plane, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Turn attenuation into grey as film and screen do.

    Density against the logarithm of exposure is an S-curve (Hurter and Driffield, 1890), here a
    logistic one. Fewer quanta arrive behind dense parts, so the grain grows with attenuation.
    """
    sharp = blur(attenuation, canvas.unit_px * 0.0011)  # focal spot and screen
    height, width = sharp.shape
    tube_side = np.linspace(0.05, -0.05, height, dtype=np.float32)[:, np.newaxis]  # heel effect
    exposed = sharp + tube_side
    grain = rng.standard_normal((height, width), dtype=np.float32)
    exposed += np.float32(0.028) * np.exp(np.float32(0.22) * exposed) * blur(grain, 0.7)
    white = 1 / (1 + np.exp(np.float32(-CONTRAST) * (exposed - np.float32(MIDDLE))))
    black = 1 / (1 + np.exp(CONTRAST * MIDDLE))
    grey = (white - np.float32(black * 0.85)) / np.float32(1 - black * 0.85)
    pixels: NDArray[np.uint8] = np.clip(np.rint(grey * 250), 0, 255).astype(np.uint8)
    return pixels


def _mark(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Burn the words in, on a dark plate in the middle of the lower edge, below the lungs."""
    picture = Image.fromarray(pixels)
    width, height = picture.size
    font = ImageFont.load_default(size=max(9, round(min(picture.size) * 0.022)))
    draw = ImageDraw.Draw(picture)
    pad = max(2, round(min(picture.size) * 0.006))
    anchor = (width // 2, height - 3 * pad)
    left, top, right, bottom = draw.textbbox(anchor, WORDS, font=font, anchor="mb")
    draw.rectangle((left - pad, top - pad, right + pad, bottom + pad), fill=16)
    draw.text(anchor, WORDS, font=font, fill=230, anchor="mb")
    return np.asarray(picture, dtype=np.uint8)
