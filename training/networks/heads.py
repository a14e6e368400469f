"""Heads: what sits on the backbone's last map."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import keras
from keras import ops

from cxr_app.spec import Task

__all__ = ["HEADS", "SHARPNESS", "Head"]

# Log-sum-exp pooling is a mean for 0 and a maximum for infinity: Wang et al. 2017,
# arXiv:1705.02315, section 4.2, tries 0 to 12 and keeps 10.
SHARPNESS: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """From the last map to logits.

    Every head names its vector "pooled" and its answer "logits"; the layers from "pooled" on are
    its own.

    Attributes
    ----------
    name : str
        As recipes name it.
    pooling : str
        How the map becomes one vector: "mean", "log-sum-exp" or "flatten".
    build : callable (features, n_classes, task) -> logits
        Keras tensors: (batch, h, w, k) to (batch, n_classes), both float32.
    held : tuple of str
        Layers that came with ImageNet's weights and stay still where the whole backbone does.
    """

    name: str
    pooling: str
    build: Callable[[Any, int, Task], Any]
    held: tuple[str, ...] = ()


def _mean(features: Any) -> Any:
    return keras.layers.GlobalAveragePooling2D(name="pooled", dtype="float32")(features)


def _logits(vector: Any, n_classes: int) -> Any:
    return keras.layers.Dense(n_classes, name="logits", dtype="float32")(vector)


def _linear(features: Any, n_classes: int, _task: Task) -> Any:
    return _logits(_mean(features), n_classes)


def _dropout(features: Any, n_classes: int, _task: Task) -> Any:
    kept = keras.layers.Dropout(0.3, name="dropout")(_mean(features))
    return _logits(kept, n_classes)


def _dense(features: Any, n_classes: int, task: Task, *, l2: float = 0.0) -> Any:
    """Dense(128), ReLU, dropout of one half, sigmoid; of two classes one sigmoid tells both."""
    hidden = keras.layers.Dense(
        128,
        activation="relu",
        kernel_regularizer=keras.regularizers.L2(l2) if l2 else None,
        name="hidden",
        dtype="float32",
    )(_mean(features))
    kept = keras.layers.Dropout(0.5, name="dropout")(hidden)
    if task is Task.MULTILABEL:
        return _logits(kept, n_classes)
    margin = keras.layers.Dense(1, name="margin", dtype="float32")(kept)
    both = [ops.zeros_like(margin), margin]
    return keras.layers.Concatenate(name="logits", dtype="float32")(both)


def _dense_l2(features: Any, n_classes: int, task: Task) -> Any:
    return _dense(features, n_classes, task, l2=0.01)


def _log_sum_exp(features: Any, n_classes: int, _task: Task) -> Any:
    features = ops.cast(features, "float32")
    cells = features.shape[1] * features.shape[2]
    highest = ops.max(features, axis=(1, 2), keepdims=True)
    raised = ops.sum(ops.exp(SHARPNESS * (features - highest)), axis=(1, 2))
    pooled = ops.squeeze(highest, (1, 2)) + ops.log(raised / cells) / SHARPNESS
    named = keras.layers.Identity(name="pooled", dtype="float32")(pooled)
    return _logits(named, n_classes)


def _vgg_dense(features: Any, n_classes: int, _task: Task) -> Any:
    """VGG16's own two layers of 4,096, then 256 and the classes."""
    flat = keras.layers.Flatten(name="pooled", dtype="float32")(features)
    value = keras.layers.Dense(4096, activation="relu", name="fc1", dtype="float32")(flat)
    value = keras.layers.Dense(4096, activation="relu", name="fc2", dtype="float32")(value)
    value = keras.layers.Dense(256, activation="relu", name="hidden", dtype="float32")(value)
    return _logits(keras.layers.Dropout(0.4, name="dropout")(value), n_classes)


_ALL: Final = (
    Head(name="linear", pooling="mean", build=_linear),
    Head(name="dropout", pooling="mean", build=_dropout),
    Head(name="dense-128", pooling="mean", build=_dense),
    Head(name="dense-128-l2", pooling="mean", build=_dense_l2),
    Head(name="log-sum-exp", pooling="log-sum-exp", build=_log_sum_exp),
    Head(name="vgg16-dense", pooling="flatten", build=_vgg_dense, held=("fc1", "fc2")),
)

HEADS: Final[Mapping[str, Head]] = MappingProxyType({entry.name: entry for entry in _ALL})
