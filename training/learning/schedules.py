"""Schedules: the learning rate over the steps of a run, or from epoch to epoch."""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import keras

from training.recipes.fitting import FitRecipe

__all__ = ["EPOCH_RATES", "SCHEDULES"]

STEP_EPOCHS: Final = 10
STEP_FACTOR: Final = 0.1
PLATEAU_PATIENCE: Final = 3


def _cosine(recipe: FitRecipe, epoch_steps: int) -> Any:
    """Warm up, then fall to zero along a cosine: Loshchilov and Hutter 2017, arXiv:1608.03983."""
    steps = epoch_steps * recipe.epochs
    warmup = min(recipe.warmup_steps, steps // 2)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup else recipe.learning_rate,
        decay_steps=steps - warmup,
        warmup_target=recipe.learning_rate if warmup else None,
        warmup_steps=warmup,
    )


def _flat(recipe: FitRecipe, _epoch_steps: int) -> float:
    return recipe.learning_rate


def _step(recipe: FitRecipe, losses: Sequence[float]) -> float:
    steps = len(losses) // (recipe.step_epochs or STEP_EPOCHS)
    return recipe.learning_rate * (recipe.step_factor or STEP_FACTOR) ** steps


def _plateau(recipe: FitRecipe, losses: Sequence[float]) -> float:
    """Lower the rate whenever so many epochs have not lowered the validation loss.

    Keras' ReduceLROnPlateau would count anew after an interruption.
    """
    rate, best, waited = recipe.learning_rate, math.inf, 0
    for loss in losses:
        waited = 0 if loss < best else waited + 1
        best = min(best, loss)
        if waited > (recipe.plateau_patience or PLATEAU_PATIENCE):
            rate, waited = rate * (recipe.step_factor or STEP_FACTOR), 0
    return rate


SCHEDULES: Final[Mapping[str, Callable[[FitRecipe, int], Any]]] = MappingProxyType(
    {"cosine": _cosine, "constant": _flat, "step": _flat, "plateau": _flat}
)
"""Name -> (recipe, steps of an epoch) -> what the optimizer is made with."""

EPOCH_RATES: Final[Mapping[str, Callable[[FitRecipe, Sequence[float]], float]]] = MappingProxyType(
    {"step": _step, "plateau": _plateau}
)
"""Name -> (recipe, validation losses of the epochs so far) -> rate of the next epoch."""
