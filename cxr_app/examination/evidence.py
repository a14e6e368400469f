"""What is known of a picture once the engine has seen it, as vectors for small classifiers."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_app.examination.lungs import EDGE

__all__ = ["Evidence", "grey_statistics", "lung_measures"]

THUMB_SIDE: Final = 16  # pixels
MAP_SIDE: Final = 8  # of the reduced map of the lungs
_QUANTILES: Final = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One picture's evidence.

    Attributes
    ----------
    features : ndarray, float32 [h, w, k]
        The network's last map.
    lungs : ndarray, float32 [128, 128]
        Probability of "lung", 0..1.
    grey : ndarray, uint8 [512, 512]
        The network's input.
    """

    features: NDArray[np.float32]
    lungs: NDArray[np.float32]
    grey: NDArray[np.uint8]
    _measures: Vector = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Measure lungs and grey levels once: gate, turn and tone all read that."""
        measures = np.concatenate([lung_measures(self.lungs), grey_statistics(self.grey)])
        object.__setattr__(self, "_measures", measures)

    def of_gate(self) -> Vector:
        """Gather what the gate reads: float32 [k + 78 + 268]."""
        return np.concatenate([self.pooled(), self._measures])

    def of_orientation(self) -> Vector:
        """Gather what orientation is read from: float32 [78 + 268]."""
        return self._measures

    def pooled(self) -> Vector:
        """Pool the features over the picture: float32 [k]."""
        pooled: Vector = self.features.mean(axis=(0, 1), dtype=np.float32)
        return pooled


def lung_measures(lungs: NDArray[np.float32]) -> Vector:
    """Describe size, place and certainty of the lungs: float32 [64 + 14]."""
    side = lungs.shape[0]
    step = side // MAP_SIDE
    reduced = lungs.reshape(MAP_SIDE, step, MAP_SIDE, step).mean(axis=(1, 3))
    mask = lungs > 0.5
    area = float(mask.mean())
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = [0.0, 1.0, 0.0, 1.0]
    if area:
        box = [rows[0] / side, rows[-1] / side, columns[0] / side, columns[-1] / side]
    halves = [float(mask[:, : side // 2].mean()), float(mask[:, side // 2 :].mean())]
    balance = min(halves) / max(halves) if max(halves) else 0.0
    edges = [mask[:EDGE], mask[-EDGE:], mask[:, :EDGE], mask[:, -EDGE:]]
    inside = float(lungs[mask].mean()) if area else 0.0
    unsure = float(((lungs > 0.1) & (lungs < 0.9)).mean())
    middle = float(mask[:, side * 7 // 16 : side * 9 // 16].mean())
    found = [area, balance, inside, unsure, middle, *box, *(float(edge.mean()) for edge in edges)]
    ratio = unsure / (area + 0.01)
    return np.array([*reduced.ravel(), *found, ratio], np.float32)


def grey_statistics(grey: NDArray[np.uint8]) -> Vector:
    """Describe how a picture's grey levels are spread: float32 [256 + 12]."""
    small = np.asarray(
        Image.fromarray(grey).resize((THUMB_SIDE, THUMB_SIDE), Image.Resampling.BOX), np.float32
    )
    thumb = (small - small.mean()) / (small.std() + 4)
    quarter = np.asarray(Image.fromarray(grey).resize((128, 128), Image.Resampling.BOX), np.float32)
    steps = np.abs(np.diff(quarter, axis=0)).mean(), np.abs(np.diff(quarter, axis=1)).mean()
    levels = np.bincount(quarter.astype(np.uint8).ravel(), minlength=256) / quarter.size
    mirrored = float(np.mean(thumb * thumb[:, ::-1]))
    quantiles = np.quantile(quarter, _QUANTILES) / 255
    told = [*steps, float(levels.max()) * 20, float(levels[levels > 0].size) / 25, mirrored]
    return np.array([*thumb.ravel(), *quantiles * 4, *told], np.float32)
