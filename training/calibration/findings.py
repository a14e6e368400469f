"""From raw logits of findings that do not exclude each other to honest probabilities."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from cxr_app.spec import CalibrationFigures, DecisionSpec
from training.calibration.temperature import fit_temperature
from training.metrics.bootstrap import bootstrap_intervals
from training.metrics.probabilities import sigmoid
from training.metrics.scores import Weights, balanced_weights, share_right

__all__ = ["calibrate_findings"]

MOST_BIAS: Final = 1000.0  # what a bundle may hold


def calibrate_findings(
    logits: NDArray[np.float32], truth: NDArray[np.uint8], patients: tuple[str, ...]
) -> DecisionSpec:
    """Fit the decision of findings that do not exclude each other: one temperature, a bias each.

    Of each finding the films with it weigh as much as those without, so a finding is said to be
    there from a probability of one half on; there is no zone of doubt.

    Parameters
    ----------
    logits : ndarray, float32 [N, C]
    truth : ndarray, uint8 [N, C]
        Of every finding both occur.
    patients : tuple of str
        Of each film.
    """
    fitted = [
        fit_temperature(logits[:, place].astype(float), column.astype(np.int64))
        for place, column in enumerate(truth.T)
    ]
    # One temperature for all is the middle one; at it each finding gets a bias of its own.
    temperature = float(np.median([one[0] for one in fitted]))
    biases = tuple(
        _even_bias(logits[:, place] / temperature, column) for place, column in enumerate(truth.T)
    )
    is_said = logits / temperature + np.asarray(biases) >= 0

    def shares(weights: Weights) -> NDArray[np.float64]:
        """Average both shares over the findings; a draw without films of a kind has no value."""
        each = [
            [share_right(labels, said, weights, wanted=wanted) for wanted in (1, 0)]
            for labels, said in zip(truth.T.astype(np.int64), is_said.T, strict=True)
        ]
        means: NDArray[np.float64] = np.mean(each, axis=0).T
        return means

    sensitivity, specificity = bootstrap_intervals(shares, patients)
    return DecisionSpec(
        temperature=temperature,
        bias=biases,
        threshold=0.5,
        zone=(0.5, 0.5),
        aim="each finding by itself: there from the probability on at which both are alike",
        measured=CalibrationFigures(sensitivity=sensitivity, specificity=specificity),
        films=len(truth),
    )


def _even_bias(margin: NDArray[np.float32], column: NDArray[np.uint8]) -> float:
    """Find the bias at which claimed and found probabilities agree, both kinds of film alike.

    A finding that the network cannot tell then gets a probability near one half, whatever its
    logits are.
    """
    labels = column.astype(np.int64)
    weights = balanced_weights(labels)
    shifted = margin.astype(np.float64) - float(np.median(margin))

    def surplus(bias: float) -> float:
        return float(np.average(sigmoid(shifted + bias) - labels, weights=weights))

    # The mean probability rises with the bias, from 0 to 1, and one half of the weight is 1.
    bias = brentq(surplus, -float(np.ptp(shifted)) - 50, float(np.ptp(shifted)) + 50)
    return float(np.clip(bias - np.median(margin), -MOST_BIAS, MOST_BIAS))
