"""Twenty small changes to a film, always the same, such as a good export might make.

They are made on the network's input of 512 x 512 pixels, because the film's own pixels are let go
once that is made. So a share is one of each side of that input, and JPEG's losses are somewhat
coarser than those of a large film.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["CHANGES", "Change", "Kind"]

Grey = NDArray[np.uint8]
LEVELS: Final = 255
ROOM: Final = 64  # pixels around a film that is turned, so that no corner comes from outside


class Kind(StrEnum):
    """What is changed."""

    SHIFT = "Shift"
    TURN = "Turn"
    GREY = "Exposure"
    CROP = "Crop"
    JPEG = "JPEG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One small change.

    Attributes
    ----------
    name : str
    kind : Kind
    apply : callable (uint8 [H, W]) -> uint8 [H, W]
    """

    name: str
    kind: Kind
    apply: Callable[[Grey], Grey] = field(repr=False)


def _shifted(name: str, *, right: float = 0.0, down: float = 0.0) -> Change:
    def apply(grey: Grey) -> Grey:
        height, width = grey.shape
        y, x = round(down * height), round(right * width)
        # What comes in is the edge drawn out: black would be a border, which is another change.
        padded = np.pad(grey, ((abs(y),) * 2, (abs(x),) * 2), mode="edge")
        top, left = abs(y) - y, abs(x) - x
        return padded[top : top + height, left : left + width]

    return Change(name=name, kind=Kind.SHIFT, apply=apply)


def _turned(name: str, *, clockwise: float) -> Change:
    def apply(grey: Grey) -> Grey:
        height, width = grey.shape
        around = Image.fromarray(np.pad(grey, ROOM, mode="edge"))
        turned = np.asarray(around.rotate(-clockwise, Image.Resampling.BILINEAR))
        return turned[ROOM : ROOM + height, ROOM : ROOM + width]

    return Change(name=name, kind=Kind.TURN, apply=apply)


def _regraded(name: str, *, gamma: float = 1.0, gain: float = 1.0) -> Change:
    curve = gain * LEVELS * (np.arange(LEVELS + 1) / LEVELS) ** gamma
    table = np.clip(np.round(curve), 0, LEVELS).astype(np.uint8)
    return Change(name=name, kind=Kind.GREY, apply=lambda grey: table[grey])


def _cropped(name: str, *, each_side: float) -> Change:
    def apply(grey: Grey) -> Grey:
        height, width = grey.shape
        y, x = round(each_side * height), round(each_side * width)
        inside = Image.fromarray(np.ascontiguousarray(grey[y : height - y, x : width - x]))
        return np.asarray(inside.resize((width, height), Image.Resampling.BILINEAR))

    return Change(name=name, kind=Kind.CROP, apply=apply)


def _compressed(name: str, *, quality: int) -> Change:
    def apply(grey: Grey) -> Grey:
        file = io.BytesIO()
        Image.fromarray(grey).save(file, "JPEG", quality=quality)
        return np.asarray(Image.open(file, formats=["JPEG"]))

    return Change(name=name, kind=Kind.JPEG, apply=apply)


CHANGES: Final = (
    _shifted("Shifted 2% to the left", right=-0.02),
    _shifted("Shifted 2% to the right", right=0.02),
    _shifted("Shifted 2% up", down=-0.02),
    _shifted("Shifted 2% down", down=0.02),
    _shifted("Shifted 4% to the left", right=-0.04),
    _shifted("Shifted 4% to the right", right=0.04),
    _shifted("Shifted 4% up", down=-0.04),
    _shifted("Shifted 4% down", down=0.04),
    _turned("Turned 2° to the left", clockwise=-2),
    _turned("Turned 2° to the right", clockwise=2),
    _turned("Turned 4° to the left", clockwise=-4),
    _turned("Turned 4° to the right", clockwise=4),
    _regraded("Mid-greys lighter (gamma 0.85)", gamma=0.85),
    _regraded("Mid-greys darker (gamma 1.15)", gamma=1.15),
    _regraded("All greys 10% lighter", gain=1.1),
    _regraded("All greys 10% darker", gain=0.9),
    _cropped("Cropped by 2% on each side", each_side=0.02),
    _cropped("Cropped by 4% on each side", each_side=0.04),
    _compressed("JPEG of quality 90", quality=90),
    _compressed("JPEG of quality 60", quality=60),
)
"""In the order in which they are tried and shown."""
