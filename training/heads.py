"""Heads: what sits on the backbone's last map."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import keras

__all__ = ["HEADS", "Head"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """From the last map to logits.

    Attributes
    ----------
    name : str
        As recipes name it.
    pooling : str
        How the map becomes one vector: "mean".
    build : callable (features, n_classes) -> logits
        Keras tensors: (batch, h, w, k) to (batch, n_classes), both float32.
    """

    name: str
    pooling: str
    build: Callable[[Any, int], Any]


def _linear(features: Any, n_classes: int) -> Any:
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(features)
    return keras.layers.Dense(n_classes, name="logits", dtype="float32")(pooled)


def _dropout(features: Any, n_classes: int) -> Any:
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(features)
    kept = keras.layers.Dropout(0.3, name="dropout")(pooled)
    return keras.layers.Dense(n_classes, name="logits", dtype="float32")(kept)


LINEAR: Final = Head(name="linear", pooling="mean", build=_linear)

DROPOUT: Final = Head(name="dropout", pooling="mean", build=_dropout)

HEADS: Final[Mapping[str, Head]] = MappingProxyType(
    {entry.name: entry for entry in (LINEAR, DROPOUT)}
)
