"""Losses: how far an answer is from what is true."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from keras import ops
from numpy.typing import NDArray

from cxr_app.spec import Task
from training.recipes.fitting import FitRecipe

__all__ = ["LOSSES", "Loss", "loss_of"]

Loss = Callable[[Any, Any], Any]
"""(targets float32 (batch, classes), logits float32 (batch, classes)) -> (batch,)."""

GAMMA: Final = 2.0  # the paper's own

Doubt = Callable[[Any, FitRecipe], Any]
"""(probability of what is true, recipe) -> how much the film still counts, of that shape."""

_LEAST_DOUBT: Final = 1e-7


def _all_alike(_right: Any, _recipe: FitRecipe) -> Any:
    return 1.0


def _focal(right: Any, recipe: FitRecipe) -> Any:
    """Let films that are right already count less: Lin et al. 2017, arXiv:1708.02002, eq. 4."""
    # Never quite 0: there the slope of a power below 1 is infinite, and rounding ends below 0.
    return ops.power(
        ops.maximum(1.0 - right, _LEAST_DOUBT),
        GAMMA if recipe.focal_gamma is None else recipe.focal_gamma,
    )


LOSSES: Final[Mapping[str, Doubt]] = MappingProxyType(
    {"cross-entropy": _all_alike, "focal": _focal}
)


def loss_of(task: Task, recipe: FitRecipe, truth: NDArray[np.uint8]) -> Loss:
    """Make the loss of a run.

    Parameters
    ----------
    task : Task
    recipe : FitRecipe
        Names an entry of `LOSSES`.
    truth : ndarray, uint8 [N, C]
        Of the fit films. Where findings do not exclude each other and `balance_classes` is set, a
        film with a finding weighs as much more as the finding is rare: the films without it over
        those with it.
    """
    doubt = LOSSES[recipe.loss]
    if task is Task.MULTILABEL:
        weight = _rarity(truth) if recipe.balance_classes else np.ones(truth.shape[1], np.float32)
        return lambda targets, logits: _of_findings(
            targets, logits, weight=weight, recipe=recipe, doubt=doubt
        )
    return lambda targets, logits: _of_classes(targets, logits, recipe, doubt)


def _of_classes(targets: Any, logits: Any, recipe: FitRecipe, doubt: Doubt) -> Any:
    logs = ops.log_softmax(logits, axis=-1)
    right = ops.sum(targets * ops.exp(logs), axis=-1)
    return -ops.sum(targets * logs, axis=-1) * doubt(right, recipe)


def _of_findings(targets: Any, logits: Any, *, weight: Any, recipe: FitRecipe, doubt: Doubt) -> Any:
    # softplus(-z) is -log sigmoid(z), without the logarithm of a rounded 0.
    present = targets * ops.softplus(-logits)
    absent = (1 - targets) * ops.softplus(logits)
    # A film that has the finding weighs as a whole: smoothing must not make those without it rare.
    rare = ops.where(targets > 0.5, weight, 1.0)
    chance = ops.sigmoid(logits)
    right = targets * chance + (1 - targets) * (1 - chance)
    return ops.mean((present + absent) * rare * doubt(right, recipe), axis=-1)


def _rarity(truth: NDArray[np.uint8]) -> NDArray[np.float32]:
    having = np.maximum(truth.sum(axis=0), 1)
    rarity: NDArray[np.float32] = ((len(truth) - having) / having).astype(np.float32)
    return rarity
