"""The two graphs made of a backbone and a head: the one that is trained, the one that is served."""

from dataclasses import dataclass
from typing import Any, Final

import keras
import numpy as np

from cxr_app.imaging.to_input import INPUT_SIDE
from cxr_app.spec import Task
from training.networks.backbones import Backbone
from training.networks.heads import Head
from training.recipes.recipe import Recipe

__all__ = ["Shape", "build_fitted", "build_served", "shape_of"]

# Keras' own 0.99 needs some five hundred steps to forget where it started; an epoch here may have a
# hundred, and validation would see moving averages that belong to no network.
BATCH_NORM_MOMENTUM: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a network takes in and gives out.

    Attributes
    ----------
    size : int
        Side in pixels at which the backbone sees a film.
    stride : int or None
        Input pixels per cell of the last map; None as the backbone has it, half of that takes out
        its last reduction.
    n_classes : int
        Logits.
    task : Task
        What they mean.
    """

    size: int
    stride: int | None = None
    n_classes: int = 2
    task: Task = Task.BINARY


def shape_of(recipe: Recipe) -> Shape:
    """Say what the candidates of a recipe take in and give out."""
    return Shape(
        size=recipe.network.size,
        stride=recipe.network.stride,
        n_classes=len(recipe.data.labels),
        task=recipe.data.task,
    )


def _network(
    backbone: Backbone, head: Head, *, side: int, shape: Shape, weights: str | None
) -> tuple[Any, Any, Any]:
    film = keras.Input((side, side, 1), dtype="uint8", name="film")
    grey = keras.ops.cast(film, "float32")
    size = shape.size
    factor = side // size if side > size else 1
    if factor > 1:
        grey = keras.layers.AveragePooling2D(factor, name="block_mean", dtype="float32")(grey)
    if side // factor != size:
        # Never the layer Resizing: its training=True default spreads through an exported graph.
        grey = keras.ops.image.resize(grey, (size, size), interpolation="bilinear")
    three = keras.layers.Concatenate(name="three_channels", dtype="float32")([grey, grey, grey])
    scaling = backbone.scaling
    scaled = keras.layers.Normalization(
        mean=scaling.mean,
        variance=np.square(scaling.std).tolist(),
        name="scaling",
        dtype="float32",
    )(three)
    features = backbone.build(scaled, weights)
    logits = head.build(features, shape.n_classes, shape.task)
    if shape.stride in (None, backbone.stride):
        return film, logits, features
    return _with_finer_map(keras.Model(film, [logits, features]), backbone)


def _with_finer_map(network: keras.Model, backbone: Backbone) -> tuple[Any, Any, Any]:
    """Take the last reduction out: the last map has twice as many cells a side.

    The weights are the same and none is added; the last block sees a finer map than the one that it
    was made for, so it must be trained on.
    """

    def finer(layer: keras.layers.Layer) -> keras.layers.Layer:
        settings = layer.get_config()
        if layer.name in backbone.last_reduction:
            settings["strides"] = 1
            if "pool_size" in settings:
                settings["pool_size"] = 1
        return type(layer).from_config(settings)

    clone = keras.models.clone_model(network, clone_function=finer)
    clone.set_weights(network.get_weights())
    logits, features = clone.outputs
    return clone.input, logits, features


def build_fitted(
    backbone: Backbone,
    head: Head,
    shape: Shape,
    *,
    weights: str | None = None,
    side: int | None = None,
) -> keras.Model:
    """Build the graph that is trained.

    Parameters
    ----------
    backbone : Backbone
    head : Head
    shape : Shape
    weights : str or None
        "imagenet" or None.
    side : int, optional
        Of the pictures, where they are larger: networks of two sizes then see the very same view,
        each reduced as its served graph reduces a film.

    Returns
    -------
    keras.Model
        uint8 (batch, side, side, 1) to logits float32 (batch, n_classes).
    """
    film, logits, _ = _network(
        backbone, head, side=side or shape.size, shape=shape, weights=weights
    )
    network = keras.Model(film, logits, name=backbone.name)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = BATCH_NORM_MOMENTUM
    if weights is not None and head.held:
        _take_vgg16(network)
    return network


def _take_vgg16(network: keras.Model) -> None:
    """Take ImageNet's weights of VGG16's two large layers, which Keras keeps with its head."""
    whole = keras.applications.VGG16(include_top=True, weights="imagenet")
    for name in ("fc1", "fc2"):
        network.get_layer(name).set_weights(whole.get_layer(name).get_weights())


def build_served(backbone: Backbone, head: Head, shape: Shape) -> keras.Model:
    """Build the graph that is served: the same weights behind the reduction from 512.

    Its list of weights is that of `build_fitted`, so ``served.set_weights(fitted.get_weights())``
    carries a trained network over.

    Returns
    -------
    keras.Model
        uint8 (batch, 512, 512, 1) to a dict of `logits` float32 (batch, n_classes) and
        `features` float32 (batch, h, w, channels).
    """
    film, logits, features = _network(backbone, head, side=INPUT_SIDE, shape=shape, weights=None)
    return keras.Model(film, {"logits": logits, "features": features}, name=backbone.name)
