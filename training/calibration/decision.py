"""The decision of a binary task: temperature, operating point, then indeterminate zone."""

import numpy as np
from numpy.typing import NDArray

from cxr_app.decision import confidences
from cxr_app.spec import CalibrationFigures, DecisionSpec, Task
from training.calibration.indeterminate_zone import choose_zone
from training.calibration.operating_point import choose_threshold
from training.calibration.temperature import fit_temperature
from training.metrics.bootstrap import bootstrap_intervals
from training.metrics.probabilities import sigmoid
from training.metrics.scores import Weights, share_right
from training.recipes.decision import DecisionRecipe

__all__ = ["calibrate", "calibrated"]


def calibrate(
    logits: NDArray[np.float32],
    labels: NDArray[np.int64],
    patients: tuple[str, ...],
    recipe: DecisionRecipe,
) -> DecisionSpec:
    """Fit the decision of a binary task on the calibration films, which fitted nothing else.

    Parameters
    ----------
    logits : ndarray, float32 [N, 2]
        Of the served graph.
    labels : ndarray, int64 [N]
        0 or 1; both occur.
    patients : tuple of str
        Of each film.
    recipe : DecisionRecipe
        What the threshold is for.
    """
    temperature, bias = fit_temperature(logits[:, 1].astype(float) - logits[:, 0], labels)
    biases = (0.0, bias)
    probability = confidences(logits, temperature=temperature, bias=biases)[:, 1]
    threshold = choose_threshold(probability, labels, recipe)
    low, high = choose_zone(probability, labels, threshold)
    called = probability >= threshold

    def shares(weights: Weights) -> NDArray[np.float64]:
        both = [share_right(labels, called, weights, wanted=wanted) for wanted in (1, 0)]
        return np.stack(both, axis=1)

    sensitivity, specificity = bootstrap_intervals(shares, patients)
    return DecisionSpec(
        temperature=temperature,
        bias=biases,
        threshold=threshold,
        zone=(low, high),
        aim=_aim(recipe),
        measured=CalibrationFigures(sensitivity=sensitivity, specificity=specificity),
        films=len(labels),
    )


def calibrated(
    logits: NDArray[np.float32], decision: DecisionSpec, task: Task
) -> NDArray[np.float64]:
    """Make calibrated probabilities float64 [N, C] of logits float32 [N, C]."""
    if task is Task.BINARY:
        return confidences(logits, temperature=decision.temperature, bias=decision.bias)
    return sigmoid(logits.astype(np.float64) / decision.temperature + np.asarray(decision.bias))


def _aim(recipe: DecisionRecipe) -> str:
    if recipe.sensitivity is None:
        return "balanced: the more probable class, both classes alike"
    return f"sensitivity >= {recipe.sensitivity:g} on the calibration films"
