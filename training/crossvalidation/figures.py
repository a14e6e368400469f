"""Figures of a design over its folds, and of the difference between two designs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.spec import Interval
from training.crossvalidation.trial import Trial
from training.metrics.bootstrap import Figures, bootstrap_intervals
from training.metrics.scores import Weights, auc, share_right

__all__ = [
    "FoldFigures",
    "compared",
    "fold_figures",
    "scored",
    "threshold",
]

SENSITIVITY: Final = 0.96  # at which specificity is read
SCORES: Final = ("worst form's AUC", "worst form's specificity", "plain AUC")
DRAWS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldFigures:
    """One trial's figures, by form of the films.

    Attributes
    ----------
    auc, sensitivity, specificity : tuple of float
        In the order of `FORMS`; the last two at the threshold of the known films.
    """

    auc: tuple[float, ...]
    sensitivity: tuple[float, ...]
    specificity: tuple[float, ...]


def threshold(trial: Trial) -> float:
    """Find the probability from which `SENSITIVITY` of the known films with the class are called.

    Only plain, known films are looked at: an unknown film has no say in where the threshold lies.
    """
    mine = np.sort(trial.known[trial.known_labels == 1])
    return float(mine[int(np.floor((1 - SENSITIVITY) * len(mine)))])


def fold_figures(trial: Trial) -> FoldFigures:
    """Measure one trial."""
    rows = _figures(trial, np.ones((1, len(trial.labels))))[:, 0]
    area, right, free = rows.reshape(3, -1).tolist()
    return FoldFigures(auc=tuple(area), sensitivity=tuple(right), specificity=tuple(free))


def scored(trials: Sequence[Trial]) -> dict[str, Interval]:
    """Score a design: the mean over its folds of the worst form's AUC and specificity."""
    return _intervals(trials, lambda weights: _scores(trials, weights))


def compared(trials: Sequence[Trial], others: Sequence[Trial]) -> dict[str, Interval]:
    """Compare a design with another in the same folds and seeds: the first less the other.

    Raises
    ------
    ValueError
        Where the two left out other films.
    """
    for trial, its_other in zip(trials, others, strict=True):
        if not np.array_equal(trial.names, its_other.names):
            raise ValueError("the designs left out different films")
    return _intervals(trials, lambda weights: _scores(trials, weights) - _scores(others, weights))


def _intervals(trials: Sequence[Trial], figures: Figures) -> dict[str, Interval]:
    """Draw patients: a film that several trials left out is drawn for all of them at once."""
    patients = tuple(str(one) for trial in trials for one in trial.patients)
    return dict(zip(SCORES, bootstrap_intervals(figures, patients, draws=DRAWS), strict=True))


def _scores(trials: Sequence[Trial], weights: Weights) -> NDArray[np.float64]:
    """Score a design for weights of all its trials' films, one after the other: [draws, 3]."""
    ends = np.cumsum([len(trial.labels) for trial in trials])
    rows = []
    for trial, mine in zip(trials, np.split(weights, ends[:-1], axis=1), strict=True):
        area, _, free = _figures(trial, mine).reshape(3, -1, len(mine))
        rows.append((area.min(axis=0), free.min(axis=0), area[0]))
    scores: NDArray[np.float64] = np.mean(rows, axis=0).T
    return scores


def _figures(trial: Trial, weights: Weights) -> NDArray[np.float64]:
    """AUC, sensitivity and specificity of each form: float64 [3 * forms, draws]."""
    limit, labels = threshold(trial), trial.labels
    rows = [auc(labels, one, weights) for one in trial.probability]
    for wanted in (1, 0):
        rows += [
            share_right(labels, one >= limit, weights, wanted=wanted) for one in trial.probability
        ]
    return np.stack(rows)
