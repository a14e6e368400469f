"""A running mean of all weights, which generalizes better than the last step's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np

__all__ = ["RunningMean"]


class RunningMean:
    """Follows a network's weights, batch-norm's moving statistics with them.

    Keras' `use_ema` leaves those out, and its momentum does not rise from zero: of a short run at
    0.998 a fifth would still be the first step's weights.

    Parameters
    ----------
    network : keras.Model
    momentum : float
        Of the mean, ``min(momentum, (1 + step) / (10 + step))`` (Tan and Le 2019); at 0 the mean is
        the weights themselves.
    """

    def __init__(self, network: keras.Model, momentum: float) -> None:
        self._network, self._momentum = network, momentum
        self._mean = network.get_weights() if momentum else []

    def update(self, steps: Any) -> None:
        """Take in the weights after so many steps of the optimizer."""
        step = int(keras.ops.convert_to_numpy(steps))
        momentum = min(self._momentum, (1 + step) / (10 + step)) if step > 1 else 0.0
        self._mean = [
            np.asarray(mean + (1 - momentum) * (value - mean))
            for mean, value in zip(self._mean, self._network.get_weights(), strict=True)
        ]

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the mean into the network for a while."""
        own = self._network.get_weights()
        self._network.set_weights(self._mean or own)
        try:
            yield
        finally:
            self._network.set_weights(own)

    def save(self, place: Path) -> None:
        """Keep the mean for a continuation."""
        np.savez(place, *self._mean)

    def load(self, place: Path) -> None:
        """Resume from a kept mean."""
        with np.load(place, allow_pickle=False) as stored:
            self._mean = [stored[f"arr_{number}"] for number in range(len(self._mean))]
