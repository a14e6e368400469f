"""The indeterminate zone round the operating point, inside which the answer is "not sure"."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.spec import DecisionSpec
from training.metrics.scores import balanced_weights

__all__ = ["choose_zone", "zone_figures"]

RIGHT_OUTSIDE: Final = 0.97  # of the films outside the zone, classes alike
MOST_INSIDE: Final = 0.15  # of the films, classes alike


def choose_zone(
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
