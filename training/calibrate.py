"""From raw logits to an honest probability, an operating point and a zone of doubt."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from cxr_app.decision import confidences
from cxr_app.spec import CalibrationFigures, DecisionSpec, Task
from training.bootstrap import patient_interval
from training.metrics import balanced_weights
from training.recipe import DecisionRecipe
from training.tasks import sigmoid

__all__ = [
    "calibrate",
    "calibrated",
    "fit_temperature",
    "operating_point",
    "zone_figures",
    "zone_of_doubt",
]

RIGHT_OUTSIDE: Final = 0.97  # of the films outside the zone, classes alike
MOST_INSIDE: Final = 0.15  # of the films, classes alike


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
    low, high = zone_of_doubt(probability, labels, threshold)
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


def fit_temperature(margin: NDArray[np.float64], labels: NDArray[np.int64]) -> tuple[float, float]:
    """Fit temperature and bias so that ``sigmoid(margin / temperature + bias)`` is a probability.

    The classes weigh alike: the probability holds for a prevalence of one half. Targets are
    Platt's, a little away from 0 and 1, so that films that are all on the right side do not drive
    the temperature to nothing.

    Parameters
    ----------
    margin : ndarray, float64 [N]
        Second logit less the first.
    labels : ndarray, int64 [N]

    Returns
    -------
    temperature, bias : float

    References
    ----------
    Platt 1999, "Probabilistic outputs for support vector machines", section 2.2.
    """
    weights = balanced_weights(labels)
    n_each = np.bincount(labels, minlength=2)
    targets = np.where(labels == 1, (n_each[1] + 1) / (n_each[1] + 2), 1 / (n_each[0] + 2))

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        log_slope, bias = parameters
        slope = np.exp(log_slope)
        z = slope * margin + bias
        probability = sigmoid(z)
        # log(1 + e^z) - t z: cross-entropy without the logarithm of a rounded 0.
        error = weights * (probability - targets)
        value = np.average(np.logaddexp(0, z) - targets * z, weights=weights)
        slopes = np.array([np.sum(error * margin) * slope, np.sum(error)]) / weights.sum()
        return float(value), slopes

    spread = float(np.std(margin)) or 1.0
    start = np.array([-np.log(spread), 0.0])
    bounds = [(-np.log(1000.0), np.log(1000.0)), (-50.0, 50.0)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return float(np.exp(-found.x[0])), float(found.x[1])


def operating_point(
    probability: NDArray[np.float64], labels: NDArray[np.int64], recipe: DecisionRecipe
) -> float:
    """Choose the threshold: one half, or the highest at which the wanted sensitivity is met."""
    if recipe.sensitivity is None:
        return 0.5
    looked_for = np.sort(probability[labels == 1])
    missed = int((1 - recipe.sensitivity) * len(looked_for) + 1e-9)
    return float(np.clip(looked_for[missed], 1e-6, 1 - 1e-6))


def zone_of_doubt(
    probability: NDArray[np.float64], labels: NDArray[np.int64], threshold: float
) -> tuple[float, float]:
    """Find the smallest interval round the threshold outside which 97 % of films are right.

    It never holds more than 15 % of the films; where both cannot be had, it holds as near to 15 %
    as it may. Classes weigh alike.

    Returns
    -------
    low, high : float
        ``low <= threshold <= high``.
    """
    weights = balanced_weights(labels) / len(labels)
    is_right = (probability >= threshold) == (labels == 1)
    below = np.sort(probability[probability < threshold])[::-1]
    above = np.sort(probability[probability >= threshold])
    # Candidate ends: the threshold itself, then one film further at a time.
    lows = np.concatenate([[threshold], below])
    highs = np.concatenate([[threshold], above])
    best, best_size, widest, widest_size = None, np.inf, (threshold, threshold), -1.0
    for low in lows:
        for high in highs:
            inside = (probability >= low) & (probability <= high)
            inside &= (low < threshold) | (high > threshold)
            size = weights[inside].sum()
            if size > MOST_INSIDE:
                break
            if size > widest_size:
                widest, widest_size = (low, high), size
            outside = ~inside
            right = np.average(is_right[outside], weights=weights[outside])
            if right >= RIGHT_OUTSIDE and size < best_size:
                best, best_size = (low, high), size
                break
    low, high = best or widest
    return float(low), float(high)


def zone_figures(
    probability: NDArray[np.float64], labels: NDArray[np.int64], decision: DecisionSpec
) -> tuple[float, float]:
    """Measure a zone: the share of films inside it, and of those outside how many are right.

    Classes weigh alike; both are in 0..1.
    """
    weights = balanced_weights(labels)
    low, high = decision.zone
    inside = (probability >= low) & (probability <= high)
    is_right = (probability >= decision.threshold) == (labels == 1)
    share_inside = np.average(inside, weights=weights)
    if inside.all():
        return float(share_inside), float("nan")
    right_outside = np.average(is_right[~inside], weights=weights[~inside])
    return float(share_inside), float(right_outside)


def _aim(recipe: DecisionRecipe) -> str:
    if recipe.sensitivity is None:
        return "balanced: the more probable class, both classes alike"
    return f"sensitivity >= {recipe.sensitivity:g} on the calibration films"
