"""A backbone of two convolutions, for tests that any network will do for."""

import keras

from training.networks.backbones import BACKBONES, Backbone

__all__ = ["SMALL"]


def _build(scaled, _weights):
    """32 pixels to a map of 2 x 2 cells and 16 channels."""
    maps = keras.layers.Conv2D(8, 4, strides=4, activation="relu", name="stem")(scaled)
    return keras.layers.Conv2D(16, 4, strides=4, activation="relu", name="only")(maps)


SMALL = Backbone(
    name="small",
    build=_build,
    channels=16,
    stride=16,
    last_block="only",
    scaling=BACKBONES["mobilenetv2"].scaling,
    source="drawn",
)
