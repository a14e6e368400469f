"""Figures of merit from probabilities and labels."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

__all__ = [
    "Scores",
    "auc",
    "balanced_weights",
    "expected_calibration_error",
    "score",
    "score_labels",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Figures at one operating point.

    Attributes
    ----------
    accuracy, sensitivity, specificity : float
        Shares in 0..1; sensitivity is that of the looked-for class.
    auc : float
        Area under the ROC curve; it does not depend on the operating point.
    brier, ece : float
        Mean squared error of the probability, and expected calibration error, both with the two
        classes weighing alike.
    cross_entropy : float
        Mean of minus the logarithm of the probability of what is true: the loss, unweighted.
    films : int
        How many films the figures are from.
    """

    accuracy: float
    auc: float
    sensitivity: float
    specificity: float
    brier: float
    ece: float
    cross_entropy: float
    films: int


def auc(labels: NDArray[np.int64], probability: NDArray[np.floating]) -> float:
    """Chance that a film of the looked-for class scores higher than one of the other.

    By the sum of the ranks (Hanley and McNeil 1982): a bootstrap asks for it thousands of times,
    and this is ten times quicker than drawing the curve.
    """
    is_looked_for = labels == 1
    n_looked_for = int(is_looked_for.sum())
    n_other = len(labels) - n_looked_for
    ranks = rankdata(probability)[is_looked_for].sum()
    return float((ranks - n_looked_for * (n_looked_for + 1) / 2) / (n_looked_for * n_other))


def balanced_weights(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weigh films so that the classes that occur count alike; the mean weight is 1."""
    counts = np.bincount(labels)
    present = (counts > 0).sum()
    weights: NDArray[np.float64] = len(labels) / (present * counts[labels])
    return weights


def expected_calibration_error(
    labels: NDArray[np.int64], probability: NDArray[np.floating], *, bins: int = 10
) -> float:
    """Compare claimed and found probability in bins of equal width, classes weighing alike.

    References
    ----------
    Guo et al. 2017, "On calibration of modern neural networks", equation 3.
    """
    weights = balanced_weights(labels)
    place = np.minimum((probability * bins).astype(np.int64), bins - 1)
    error = 0.0
    for current in range(bins):
        inside = place == current
        if inside.any():
            share = weights[inside]
            claimed = np.average(probability[inside], weights=share)
            found = np.average(labels[inside], weights=share)
            error += share.sum() / weights.sum() * abs(claimed - found)
    return float(error)


def score(
    labels: NDArray[np.int64], probability: NDArray[np.floating], *, threshold: float = 0.5
) -> Scores:
    """Compute all figures.

    Parameters
    ----------
    labels : ndarray, int64 [N]
        1 for the looked-for class, 0 for the other; both occur.
    probability : ndarray, float [N]
        Of the looked-for class, 0..1.
    threshold : float
        The label is 1 from this probability on.
    """
    called = probability >= threshold
    is_looked_for = labels == 1
    return Scores(
        accuracy=float((called == is_looked_for).mean()),
        auc=auc(labels, probability),
        sensitivity=float(called[is_looked_for].mean()),
        specificity=float((~called[~is_looked_for]).mean()),
        brier=float(np.average((probability - labels) ** 2, weights=balanced_weights(labels))),
        ece=expected_calibration_error(labels, probability),
        cross_entropy=_cross_entropy(labels, probability),
        films=len(labels),
    )


def score_labels(truth: NDArray[np.uint8], probability: NDArray[np.floating]) -> Scores:
    """Compute the figures of labels that do not exclude each other: their mean over the labels.

    A label that all films have, or none, has no figures and is left out of the mean.

    Parameters
    ----------
    truth : ndarray, uint8 [N, labels]
    probability : ndarray, float [N, labels]
    """
    rows = [
        asdict(score(column.astype(np.int64), probability[:, place]))
        for place, column in enumerate(truth.T)
        if 0 < column.sum() < len(column)
    ]
    if not rows:
        raise ValueError("every label is the same for all films")
    means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    del means["films"]
    return Scores(**means, films=len(truth))


def _cross_entropy(labels: NDArray[np.int64], probability: NDArray[np.floating]) -> float:
    right = np.where(labels == 1, probability, 1 - probability)
    return float(-np.log(np.clip(right, 1e-12, 1)).mean())
