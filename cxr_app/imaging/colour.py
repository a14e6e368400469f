"""From colour and transparency to the one grey of a film."""

from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_app.codes import Code
from cxr_app.imaging.depth import full_scale, to_uint8

__all__ = ["Grey", "grey_of", "grey_of_deep", "grey_of_picture", "grey_of_rgb", "lay_on_black"]

VISIBLE_CHROMA: Final = 6.0  # mean of highest less lowest of R, G, B, out of 255
SAMPLED: Final = 250_000  # pixels that are enough for a mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Grey:
    """Grey pixels, and the warnings that go with them.

    Attributes
    ----------
    pixels : ndarray, uint8 [height, width]
    depth : 8 or 16
        Bits of a sample before: 8 for up to eight bits, else 16.
    warnings : tuple of Code
        `colour_image`, `transparency_flattened`.
    deep : ndarray, uint16 [height, width], or None
        The samples themselves where there were more than eight bits, and nothing but grey.
    highest : int
        What `deep` shows as white.
    """

    pixels: NDArray[np.uint8]
    depth: Literal[8, 16] = 8
    warnings: tuple[Code, ...] = ()
    deep: NDArray[np.uint16] | None = None
    highest: int = 255


def grey_of(samples: NDArray[Any], declared_max: int | None = None) -> Grey:
    """Make grey of samples [height, width] of any depth, see `to_uint8`."""
    depth: Literal[8, 16] = 8 if samples.dtype.itemsize == 1 else 16
    pixels = to_uint8(samples, declared_max)
    if samples.dtype != np.uint16 or samples.ndim != 2 or samples.size == 0:
        return Grey(pixels=pixels, depth=depth)
    top = int(samples.max())
    highest = declared_max if declared_max and top <= declared_max else full_scale(top)
    return Grey(pixels=pixels, depth=depth, deep=samples, highest=highest)


def grey_of_rgb(rgb: NDArray[np.uint8]) -> Grey:
    """Make grey of uint8 [height, width, 3] by the luma of ITU-R BT.601, as Pillow has it."""
    picture = Image.fromarray(np.ascontiguousarray(rgb))
    return _grey_of_rgb(picture)


def grey_of_deep(samples: NDArray[np.uint16], declared_max: int | None = None) -> Grey:
    """Make grey of samples of more than eight bits: grey, grey and alpha, RGB, or RGB and alpha.

    Equal channels give what their grey twin gives: the depth is found over all of them.

    Parameters
    ----------
    samples : ndarray, uint16 [height, width, 1 to 4]
    declared_max : int, optional
        Highest value as the file declares it.
    """
    n_colours = 1 if samples.shape[2] < 3 else 3
    colours = to_uint8(samples[:, :, :n_colours], declared_max)
    plain = grey_of_rgb(colours) if n_colours == 3 else Grey(pixels=colours[:, :, 0])
    grey = Grey(pixels=plain.pixels, depth=16, warnings=plain.warnings)
    if samples.shape[2] == n_colours:
        return grey
    alpha = samples[:, :, n_colours]
    return lay_on_black(grey, to_uint8(alpha, full_scale(int(alpha.max()))))


def lay_on_black(grey: Grey, alpha: NDArray[np.uint8], *, is_multiplied: bool = False) -> Grey:
    """Show what a viewer shows of a see-through picture before black.

    The grey under a clear pixel is arbitrary and never shown, hence must not count.

    Parameters
    ----------
    grey : Grey
    alpha : ndarray, uint8 [height, width]
        255 is opaque.
    is_multiplied : bool
        The grey has been multiplied by alpha already.
    """
    if alpha.min() == 255:
        return grey
    pixels = grey.pixels
    if not is_multiplied:
        # (x + 128 + (x + 128 >> 8)) >> 8 is x / 255 rounded, for any product of two bytes.
        product = pixels.astype(np.uint16) * alpha.astype(np.uint16) + np.uint16(128)
        pixels = ((product + (product >> 8)) >> 8).astype(np.uint8)
    warnings = (*grey.warnings, Code.TRANSPARENCY_FLATTENED)
    return replace(grey, pixels=pixels, warnings=warnings, deep=None)


def grey_of_picture(picture: Image.Image, declared_max: int | None = None) -> Grey:
    """Make grey of a Pillow picture of any mode.

    Parameters
    ----------
    picture : PIL.Image.Image
        Loaded.
    declared_max : int, optional
        Highest sample value of a picture of more than eight bits.
    """
    if picture.mode == "La":  # multiplied by alpha; Pillow turns it into this one only
        picture = picture.convert("LA")
    mode = picture.mode
    # Pillow's own way from 16 bits to 8 clips: 99.6 % of a ramp turns white.
    if mode.startswith("I") or mode == "F":
        samples = np.asarray(picture)
        clear = picture.info.get("transparency")
        if mode.startswith("I;16"):
            samples = samples.astype(np.uint16, copy=False)
        grey = grey_of(samples, declared_max)
        if isinstance(clear, int):
            return lay_on_black(grey, to_uint8(samples != clear))
        return grey
    if mode in ("L", "1") and "transparency" not in picture.info:
        return Grey(pixels=np.asarray(picture if mode == "L" else picture.convert("L")))
    if mode == "LA":
        samples = np.asarray(picture)
        return lay_on_black(Grey(pixels=samples[:, :, 0].copy()), samples[:, :, 1])
    if picture.has_transparency_data:
        whole = picture.convert("RGBA")
        alpha = np.asarray(whole.getchannel("A"))
        return lay_on_black(_grey_of_rgb(whole.convert("RGB")), alpha)
    return _grey_of_rgb(picture if mode == "RGB" else picture.convert("RGB"))


def _grey_of_rgb(picture: Image.Image) -> Grey:
    pixels = np.asarray(picture.convert("L"))
    warnings = (Code.COLOUR_IMAGE,) if _mean_chroma(picture) > VISIBLE_CHROMA else ()
    return Grey(pixels=pixels, warnings=warnings)


def _mean_chroma(picture: Image.Image) -> float:
    """Mean distance between the strongest and the weakest of red, green and blue."""
    rgb = np.asarray(picture)
    step = max(1, int((rgb.shape[0] * rgb.shape[1] / SAMPLED) ** 0.5))
    some = rgb[::step, ::step]
    return float((some.max(axis=2) - some.min(axis=2)).mean())
