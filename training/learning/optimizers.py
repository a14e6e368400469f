"""Optimizers: how a gradient moves the weights."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import keras

from training.recipes.fitting import FitRecipe

__all__ = ["OPTIMIZERS", "optimizer_of"]

MOMENTUM: Final = 0.9

Build = Callable[[FitRecipe, Any, float | None], keras.Optimizer]
"""(recipe, rate or schedule of Keras, norm to which gradients are cut) -> optimizer."""


def _adamw(recipe: FitRecipe, rate: Any, clip: float | None) -> keras.Optimizer:
    return keras.optimizers.AdamW(
        learning_rate=rate, weight_decay=recipe.weight_decay, global_clipnorm=clip
    )


def _adam(recipe: FitRecipe, rate: Any, clip: float | None) -> keras.Optimizer:
    return keras.optimizers.Adam(
        learning_rate=rate, weight_decay=recipe.weight_decay or None, global_clipnorm=clip
    )


def _sgd(recipe: FitRecipe, rate: Any, clip: float | None) -> keras.Optimizer:
    return keras.optimizers.SGD(
        learning_rate=rate,
        momentum=MOMENTUM if recipe.momentum is None else recipe.momentum,
        weight_decay=recipe.weight_decay or None,
        global_clipnorm=clip,
    )


OPTIMIZERS: Final[Mapping[str, Build]] = MappingProxyType(
    {"adamw": _adamw, "adam": _adam, "sgd": _sgd}
)


def optimizer_of(recipe: FitRecipe, rate: Any) -> keras.Optimizer:
    """Make the optimizer; decay is decoupled, and spares batch-norm's values and all biases.

    Parameters
    ----------
    recipe : FitRecipe
    rate : float or keras.optimizers.schedules.LearningRateSchedule

    References
    ----------
    Loshchilov and Hutter 2019, arXiv:1711.05101.
    """
    optimizer = OPTIMIZERS[recipe.optimizer](recipe, rate, recipe.clip_norm or None)
    if recipe.weight_decay:
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer
