"""Schedules: the learning rate over the steps of a run, or from epoch to epoch.

A rate that changes between epochs follows from the epochs that are complete, so a run that resumes
needs nothing kept for it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import keras

from training.recipes.fitting import FitRecipe

__all__ = ["SCHEDULES", "Schedule"]


STEP_EPOCHS: Final = 10
STEP_FACTOR: Final = 0.1
PLATEAU_PATIENCE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A course of the learning rate.

    Attributes
    ----------
    start : callable (recipe, steps of the whole run) -> rate or schedule of Keras
        What the optimizer is made with.
    after : callable (recipe, validation losses of the epochs so far) -> float, or None
        Rate of the next epoch; None where `start` says it all.
    """

    start: Callable[[FitRecipe, int], Any]
    after: Callable[[FitRecipe, Sequence[float]], float] | None


def _cosine(recipe: FitRecipe, steps: int) -> Any:
    """Warm up, then fall to zero along a cosine: Loshchilov and Hutter 2017, arXiv:1608.03983."""
    warmup = min(recipe.warmup_steps, steps // 2)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup else recipe.learning_rate,
        decay_steps=steps - warmup,
        warmup_target=recipe.learning_rate if warmup else None,
        warmup_steps=warmup,
    )


def _flat(recipe: FitRecipe, _steps: int) -> float:
    return recipe.learning_rate


def _step(recipe: FitRecipe, losses: Sequence[float]) -> float:
    steps = len(losses) // (recipe.step_epochs or STEP_EPOCHS)
    return recipe.learning_rate * (recipe.step_factor or STEP_FACTOR) ** steps


def _plateau(recipe: FitRecipe, losses: Sequence[float]) -> float:
    """Lower the rate whenever so many epochs have not lowered the validation loss."""
    rate, best, waited = recipe.learning_rate, math.inf, 0
    for loss in losses:
        waited = 0 if loss < best else waited + 1
        best = min(best, loss)
        if waited > (recipe.plateau_patience or PLATEAU_PATIENCE):
            rate, waited = rate * (recipe.step_factor or STEP_FACTOR), 0
    return rate


SCHEDULES: Final[Mapping[str, Schedule]] = MappingProxyType(
    {
        "cosine": Schedule(start=_cosine, after=None),
        "constant": Schedule(start=_flat, after=None),
        "step": Schedule(start=_flat, after=_step),
        "plateau": Schedule(start=_flat, after=_plateau),
    }
)
