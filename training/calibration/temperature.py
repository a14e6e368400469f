"""The temperature and bias that make logits honest probabilities, fitted on calibration films."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from training.metrics.probabilities import sigmoid
from training.metrics.scores import balanced_weights

__all__ = ["fit_temperature"]


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
