"""The forms in which pictures are shown while fitting, so that no archive's handling is learned."""

import io
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["Form", "gate_forms", "turned_forms"]

Grey = NDArray[np.uint8]
Rng = np.random.Generator

SIDE: Final = 224  # pixels: one size and one resampler for all archives
QUALITIES: Final = (35, 96)  # of JPEG, drawn at random
MOST_CUT: Final = 0.09  # of each side
STRETCHED: Final = 0.6  # chance of a percentile stretch


class Form(NamedTuple):
    """One form of a picture.

    Attributes
    ----------
    name : str
        "plain", "chain", "mirrored", "cut" or "turned".
    turn : str
        Degrees clockwise by which it was turned.
    is_negative : bool
    grey : ndarray, uint8 [h, w]
    """

    name: str
    turn: str
    is_negative: bool
    grey: Grey


def gate_forms(grey: Grey, rng: Rng) -> Iterator[Form]:
    """Yield a picture as it is, through the common chain, mirrored in it, and cut in it."""
    yield Form("plain", "0", False, grey)
    yield Form("mirrored", "0", False, _chained(grey[:, ::-1], rng))
    yield Form("chain", "0", False, _chained(grey, rng))
    yield Form("cut", "0", False, _chained(_cut(grey, rng), rng))


def turned_forms(grey: Grey, rng: Rng) -> Iterator[Form]:
    """Yield a film in the three turns, as a negative, and as a negative that is turned."""
    for quarters, turn in ((3, "90"), (2, "180"), (1, "270")):
        yield Form("turned", turn, False, _either(np.rot90(grey, quarters), rng))
    yield Form("turned", "0", True, _either(255 - grey, rng))
    quarters = int(rng.integers(1, 4))
    turn = str(90 * (4 - quarters))
    yield Form("turned", turn, True, _either(255 - np.rot90(grey, quarters), rng))


def _either(grey: Grey, rng: Rng) -> Grey:
    whole = np.ascontiguousarray(grey)
    return whole if rng.random() < 0.4 else _chained(_cut(whole, rng), rng)


def _cut(grey: Grey, rng: Rng) -> Grey:
    height, width = grey.shape
    top, bottom = (int(rng.uniform(0, MOST_CUT) * height) for _ in range(2))
    left, right = (int(rng.uniform(0, MOST_CUT) * width) for _ in range(2))
    return grey[top : height - bottom, left : width - right]


def _chained(grey: Grey, rng: Rng) -> Grey:
    small = Image.fromarray(grey).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=int(rng.integers(*QUALITIES)))
    found = np.asarray(Image.open(file))
    if rng.random() < STRETCHED:
        low, high = np.percentile(found, [1, 99])
        found = np.clip((found - low) / max(high - low, 1) * 255, 0, 255).astype(np.uint8)
    return found
