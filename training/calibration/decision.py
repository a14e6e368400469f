"""The decision of a binary task: temperature, operating point, then indeterminate zone."""

import numpy as np
from numpy.typing import NDArray

from cxr_app.decision import confidences
from cxr_app.spec import CalibrationFigures, DecisionSpec, Task
from training.calibration.indeterminate_zone import choose_zone
from training.calibration.operating_point import operating_point
from training.calibration.temperature import fit_temperature
from training.metrics.patient_interval import patient_interval
from training.metrics.probabilities import sigmoid
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
    threshold = operating_point(probability, labels, recipe)
    low, high = choose_zone(probability, labels, threshold)
    called = probability >= threshold

    def share_called(wanted: int) -> CalibratedShare:
        return CalibratedShare(called == bool(wanted), labels == wanted)

    return DecisionSpec(
        temperature=temperature,
        bias=biases,
        threshold=threshold,
        zone=(low, high),
        aim=_aim(recipe),
        measured=CalibrationFigures(
            sensitivity=patient_interval(share_called(1), patients),
            specificity=patient_interval(share_called(0), patients),
        ),
        films=len(labels),
    )


def calibrated(
    logits: NDArray[np.float32], decision: DecisionSpec, task: Task
) -> NDArray[np.float64]:
    """Make calibrated probabilities float64 [N, C] of logits float32 [N, C]."""
    if task is Task.BINARY:
        return confidences(logits, temperature=decision.temperature, bias=decision.bias)
    return sigmoid(logits.astype(np.float64) / decision.temperature + np.asarray(decision.bias))


class CalibratedShare:
    """Share of a class's films that are called right, over films that a bootstrap draws."""

    def __init__(self, is_right: NDArray[np.bool_], is_of_class: NDArray[np.bool_]) -> None:
        self._is_right, self._is_of_class = is_right, is_of_class

    def __call__(self, films: NDArray[np.int64]) -> float:
        """Compute it; NaN where no film of the class was drawn."""
        mine = films[self._is_of_class[films]]
        return float(self._is_right[mine].mean()) if len(mine) else float("nan")


def _aim(recipe: DecisionRecipe) -> str:
    if recipe.sensitivity is None:
        return "balanced: the more probable class, both classes alike"
    return f"sensitivity >= {recipe.sensitivity:g} on the calibration films"
