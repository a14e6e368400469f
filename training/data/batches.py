"""Films in batches, shuffled and augmented; the same for the same seed and epoch."""

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
    """Films of an epoch, or what was computed from them; `draw` goes on to another epoch.

    All is drawn from (seed, epoch, place in the epoch), so an epoch can be made again after an
    interruption without making the ones before it.

    Parameters
    ----------
    items : ndarray [N, ...]
        Pictures uint8 [N, side, side, 1], or features float32 [N, k].
    targets : Targets
    sample : callable (generator) -> ndarray, int64
        Draws the places of the items that an epoch shows, always as many; one may stand there
        several times.
    size : int
        Items of a batch; the last batch of the epoch may be smaller.
    change : callable (item, generator) -> item
        The augmentation.
    seed : int
    """

    def __init__(
        self,
        items: NDArray[Any],
        targets: Targets,
        *,
        sample: Callable[[np.random.Generator], NDArray[np.int64]],
        size: int,
        change: Callable[[NDArray[Any], np.random.Generator], NDArray[Any]],
        seed: int,
    ) -> None:
        super().__init__(workers=1)
        self._items = items
        self._targets = targets
        self._size = size
        self._change = change
        self._seed = seed
        self._sample = sample
        self.draw(0)

    def draw(self, epoch: int) -> None:
        """Draw the items of an epoch, from 0 on."""
        self._epoch = epoch
        self._order = self._sample(np.random.default_rng((self._seed, epoch)))

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
            self._change(
                self._items[place], np.random.default_rng((self._seed, self._epoch, number))
            )
            for number, place in zip(shown, chosen, strict=True)
        ]
        return np.stack(changed), self._targets.classes[chosen], self._targets.weights[chosen]
