"""What layers draw: seeded anew for every epoch, so that a run can be gone on with."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

__all__ = ["seed_chance"]


def seed_chance(network: keras.Model, *, seed: int, epoch: int) -> None:
    """Put the generators of a network's layers where they stand before an epoch.

    Weights files do not hold them: without this, dropout after an interruption would draw what it
    had drawn at the beginning.

    Parameters
    ----------
    network : keras.Model
        With the networks within it.
    seed, epoch : int
        Of the run; complete epochs.
    """
    for number, generator in enumerate(_generators(network)):
        state = np.random.SeedSequence((seed, epoch, number)).generate_state(2)
        generator.state.assign(state.astype(generator.state.dtype))


def _generators(network: keras.Model) -> Iterator[Any]:
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            yield from _generators(layer)
        elif getattr(layer, "seed_generator", None) is not None:
            yield layer.seed_generator
