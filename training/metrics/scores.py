"""Figures of merit of one label: of all films, or of films that weigh differently.

A figure takes one row of weights for each draw of a bootstrap, in which a film of weight two counts
as two films, so that no film is copied; 0 / 0 is NaN, "no value".
"""

from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Scores",
    "Weights",
    "accuracy",
    "auc",
    "average_precision",
    "balanced_weights",
    "brier",
    "ece",
    "figures_of",
    "precision_recall_f1",
    "score",
    "score_labels",
    "share_right",
]

Labels: TypeAlias = NDArray[np.int64]
Values: TypeAlias = NDArray[np.float64]
Weights: TypeAlias = NDArray[np.float64]
"""Float64 [draws, N]."""


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


def figures_of(
    labels: Labels, probability: Values, called: NDArray[np.bool_], weights: Weights
) -> dict[str, Values]:
    """Compute every figure of a label by name, each float64 [draws].

    Parameters
    ----------
    labels : ndarray, int64 [N]
        1 for the looked-for class, or for films with the finding.
    probability : ndarray, float64 [N]
    called : ndarray, bool [N]
        Whether the label was said.
    weights : ndarray, float64 [draws, N]
    """
    return {
        "auc": auc(labels, probability, weights),
        "accuracy": accuracy(labels, called, weights),
        "sensitivity": share_right(labels, called, weights, wanted=1),
        "specificity": share_right(labels, called, weights, wanted=0),
        "brier": brier(labels, probability, weights),
        "ece": ece(labels, probability, weights),
        "average_precision": average_precision(labels, probability, weights),
    }


def score(labels: Labels, probability: Values, *, threshold: float = 0.5) -> Scores:
    """Compute all figures of a label.

    Parameters
    ----------
    labels : ndarray, int64 [N]
        1 for the looked-for class, 0 for the other; both occur.
    probability : ndarray, float [N]
        Of the looked-for class, 0..1.
    threshold : float
        The label is 1 from this probability on.
    """
    figures = figures_of(labels, probability, probability >= threshold, np.ones((1, len(labels))))
    del figures["average_precision"]
    right = np.clip(np.where(labels == 1, probability, 1 - probability), 1e-12, 1)
    return Scores(
        **{name: float(figure[0]) for name, figure in figures.items()},
        cross_entropy=float(-np.log(right).mean()),
        films=len(labels),
    )


def score_labels(truth: NDArray[np.uint8], probability: Values) -> Scores:
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


def balanced_weights(labels: Labels) -> Values:
    """Weigh films so that the classes that occur count alike; the mean weight is 1."""
    counts = np.bincount(labels)
    present = (counts > 0).sum()
    weights: Values = len(labels) / (present * counts[labels])
    return weights


def auc(labels: Labels, probability: Values, weights: Weights) -> Values:
    """Compute the area under the ROC curve, float64 [draws]; ties count one half.

    Parameters
    ----------
    labels : ndarray, int64 [N]
        1 where a film has the label.
    probability : ndarray, float64 [N]
    weights : ndarray, float64 [draws, N]
    """
    having, lacking = _by_probability(labels, probability, weights)
    below = np.cumsum(lacking, axis=1) - lacking
    ordered = (having * (below + lacking / 2)).sum(axis=1)
    return _ratio(ordered, having.sum(axis=1) * lacking.sum(axis=1))


def average_precision(labels: Labels, probability: Values, weights: Weights) -> Values:
    """Compute the mean precision over the films that have the label, float64 [draws].

    The area under the curve of precision over recall as steps, as scikit-learn has it. Guessing
    gives the share of films that have the label.
    """
    having, lacking = (part[:, ::-1] for part in _by_probability(labels, probability, weights))
    right, called = np.cumsum(having, axis=1), np.cumsum(having + lacking, axis=1)
    # Films that were not drawn have neither weight nor a place on the curve.
    precision = np.divide(right, called, out=np.zeros_like(right), where=called > 0)
    return _ratio((precision * having).sum(axis=1), having.sum(axis=1))


def accuracy(labels: Labels, called: NDArray[np.bool_], weights: Weights) -> Values:
    """Compute the share of films that are called right, float64 [draws]."""
    return _ratio(weights @ (called == (labels == 1)), weights.sum(axis=1))


def share_right(
    labels: Labels, called: NDArray[np.bool_], weights: Weights, *, wanted: int
) -> Values:
    """Compute sensitivity (`wanted` 1) or specificity (0), float64 [draws]."""
    mine = labels == wanted
    return _ratio(weights @ (mine & (called == bool(wanted))), weights @ mine)


def precision_recall_f1(
    truth: NDArray[np.bool_], said: NDArray[np.bool_], weights: Weights
) -> Values:
    """Compute precision, recall and F1 of several classes from three sums, float64 [draws, C, 3].

    As the report of classes has it, a class that is never said has precision 0, and one that no
    film has has 0 throughout. A class that some film has, but none of a draw, has neither recall
    nor F1 in that draw, as it has no sensitivity.

    Parameters
    ----------
    truth, said : ndarray, bool [N, C]
    weights : ndarray, float64 [draws, N]
    """
    right, said_of, having = (weights @ part for part in (truth & said, said, truth))
    lacking = np.where(truth.any(axis=0), np.nan, 0.0)
    columns = (
        np.where(said_of > 0, _ratio(right, said_of), 0.0),
        np.where(having > 0, _ratio(right, having), lacking),
        np.where(having > 0, _ratio(2 * right, said_of + having), lacking),
    )
    return np.stack(columns, axis=-1)


def brier(labels: Labels, probability: Values, weights: Weights) -> Values:
    """Compute the mean squared error of the probability, both classes alike, float64 [draws]."""
    error = (probability - labels) ** 2
    with_it, without = (
        _ratio(weights @ (error * (labels == wanted)), weights @ (labels == wanted))
        for wanted in (1, 0)
    )
    return (with_it + without) / 2


def ece(labels: Labels, probability: Values, weights: Weights, *, bins: int = 10) -> Values:
    """Compute the expected calibration error, both classes alike, float64 [draws].

    Claimed and found probability are compared in bins of equal width: Guo et al. 2017, "On
    calibration of modern neural networks", equation 3.
    """
    place = np.minimum((probability * bins).astype(np.int64), bins - 1)
    inside = place[:, np.newaxis] == np.arange(bins)
    gap = np.zeros((len(weights), bins))
    for wanted in (1, 0):
        mine = labels == wanted
        share = weights @ (inside * (mine * (probability - labels))[:, np.newaxis])
        gap += _ratio(share, (weights @ mine)[:, np.newaxis]) / 2
    total: Values = np.abs(gap).sum(axis=1)
    return total


def _by_probability(labels: Labels, probability: Values, weights: Weights) -> tuple[Values, Values]:
    """Sum weights with and without the label over equal probabilities, lowest first."""
    order = np.argsort(probability, kind="stable")
    ordered = probability[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    sorted_weights, is_so = weights[:, order], labels[order] == 1
    having, lacking = (
        np.add.reduceat(sorted_weights * mine, starts, axis=1) for mine in (is_so, ~is_so)
    )
    return having, lacking


def _ratio(part: Values, whole: Values) -> Values:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio: Values = part / whole
    return ratio
