"""A network in two: what is frozen, and what is trained on what the frozen part makes."""

from dataclasses import dataclass

import keras

__all__ = ["Halves", "cut"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """The two parts, which share their layers and weights with the whole.

    Attributes
    ----------
    frozen : keras.Model
        Pictures to the map, or the vector, at the boundary.
    trained : keras.Model
        From there to the logits.
    """

    frozen: keras.Model
    trained: keras.Model


def cut(network: keras.Model) -> Halves:
    """Cut a network before its first layer that is trained.

    Dropout directly before that layer belongs to the trained part: it draws anew in every step.

    Parameters
    ----------
    network : keras.Model
        From `training.learning.training.network_of`, its frozen layers held.
    """
    layers = network.layers
    at = next(place for place, layer in enumerate(layers) if layer.trainable_weights)
    while isinstance(layers[at - 1], keras.layers.Dropout):
        at -= 1
    boundary = layers[at].input
    return Halves(
        frozen=keras.Model(network.input, boundary, name=network.name),
        trained=keras.Model(boundary, network.output, name=network.name),
    )
