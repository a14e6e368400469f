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

    Order and changes are drawn from (seed, epoch, place), so an epoch can be made again
    after an interruption without making the ones before it.

    Parameters
    ----------
    items : ndarray [N, ...]
        Pictures uint8 [N, side, side, 1], or features float32 [N, k].
    targets : Targets
    size : int
        Items of a batch; the last batch of the epoch may be smaller.
    change : callable (item, generator) -> item
        The augmentation.
    seed, epoch : int
    """

    def __init__(
        self,
        items: NDArray[Any],
        targets: Targets,
        *,
        size: int,
        change: Callable[[NDArray[Any], np.random.Generator], NDArray[Any]],
        seed: int,
        epoch: int,
    ) -> None:
        super().__init__(workers=1)
        self._items = items
        self._targets = targets
        self._size = size
        self._change = change
        self._seed = (seed, epoch)
        self._order = np.random.default_rng(self._seed).permutation(len(items))

    def __len__(self) -> int:
        """Count the batches."""
        return math.ceil(len(self._order) / self._size)

    def __getitem__(
        self, index: int
    ) -> tuple[NDArray[Any], NDArray[np.float32], NDArray[np.float32]]:
        """Make one batch: items, classes, weights."""
        chosen = self._order[index * self._size : (index + 1) * self._size]
        changed = [
            self._change(self._items[place], np.random.default_rng((*self._seed, int(place))))
            for place in chosen
        ]
        return np.stack(changed), self._targets.classes[chosen], self._targets.weights[chosen]
