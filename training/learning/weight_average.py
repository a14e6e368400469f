"""A running mean of all weights, which generalizes better than the last step's."""

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

__all__ = ["RunningMean"]


class RunningMean(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Follows a network's weights, batch-norm's moving statistics with them.

    Keras' own `use_ema` writes the mean over the weights at the end of each `fit`, so a run that is
    fitted epoch by epoch would go on from the mean. This one leaves the network alone.

    Parameters
    ----------
    network : keras.Model
        The fitted model, or a part of it.
    momentum : float
        Above 0; of the mean, ramped up from 0.1 so that the first weights are soon forgotten:
        ``min(momentum, (1 + step) / (10 + step))`` (Tan and Le 2019).
    """

    def __init__(self, network: keras.Model, momentum: float) -> None:
        super().__init__()
        self._network = network
        self._momentum = momentum
        self._steps = 0
        self._mean: list[NDArray[np.float32]] = []

    def on_train_batch_end(self, *_: object, **__: object) -> None:
        """Take in the weights after a step."""
        self._steps += 1
        momentum = min(self._momentum, (1 + self._steps) / (10 + self._steps))
        _ = self.model  # asking for it makes a backend that holds weights apart write them back
        weights = self._network.get_weights()
        if not self._mean:
            self._mean = [np.array(value) for value in weights]
        self._mean = [
            mean + (1 - momentum) * (value - mean)
            for mean, value in zip(self._mean, weights, strict=True)
        ]

    def weights(self) -> list[NDArray[np.float32]]:
        """Return the mean, in the order of the network's weights."""
        return self._mean

    def save(self, place: Path) -> None:
        """Keep the mean for a continuation."""
        arrays = {str(index): value for index, value in enumerate(self._mean)}
        np.savez(place, allow_pickle=False, steps=np.array(self._steps), **arrays)

    def load(self, place: Path) -> None:
        """Go on from a kept mean."""
        with np.load(place, allow_pickle=False) as stored:
            self._steps = int(stored["steps"])
            self._mean = [stored[str(index)] for index in range(len(stored.files) - 1)]
