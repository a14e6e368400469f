"""Films in batches, shuffled and changed at random; the same for the same seed and epoch."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

__all__ = ["Batches", "Targets"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What the films should be called, and how much each counts.

    Attributes
    ----------
    classes : ndarray, float32 [N, n_classes]
        One-hot.
    weights : ndarray, float32 [N]
        Mean 1.
    """

    classes: NDArray[np.float32]
    weights: NDArray[np.float32]


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # keras has no types
    """One epoch of films, or of what was computed from them.

    Changes are drawn from (seed, epoch, place in the epoch), so an epoch can be made again after
    an interruption without making the ones before it.

    Parameters
    ----------
    items : ndarray [N, ...]
        Pictures uint8 [N, side, side, 1], or features float32 [N, k].
    targets : Targets
    order : ndarray, int64
        Places of the items that the epoch shows; one may stand there several times.
    size : int
        Items of a batch; the last batch of the epoch may be smaller.
    change : callable (item, generator) -> item
        The augmentation.
    seed : tuple of int
        Of the run and of the epoch.
    """

    def __init__(
        self,
        items: NDArray[Any],
        targets: Targets,
        *,
        order: NDArray[np.int64],
        size: int,
        change: Callable[[NDArray[Any], np.random.Generator], NDArray[Any]],
        seed: tuple[int, int],
    ) -> None:
        super().__init__(workers=1)
        self._items = items
        self._targets = targets
        self._size = size
        self._change = change
        self._seed = seed
        self._order = order

    def __len__(self) -> int:
        """Count the batches."""
        return math.ceil(len(self._order) / self._size)

    def __getitem__(
        self, index: int
    ) -> tuple[NDArray[Any], NDArray[np.float32], NDArray[np.float32]]:
        """Make one batch: items, classes, weights."""
        shown = range(index * self._size, min((index + 1) * self._size, len(self._order)))
        chosen = self._order[shown.start : shown.stop]
        changed = [
            self._change(self._items[place], np.random.default_rng((*self._seed, number)))
            for number, place in zip(shown, chosen, strict=True)
        ]
        return np.stack(changed), self._targets.classes[chosen], self._targets.weights[chosen]
