"""Figures of a design over its folds, and of the difference between two designs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.crossvalidation.trial import Trial
from training.metrics.scores import auc, share_right

__all__ = [
    "SENSITIVITY",
    "Figure",
    "FoldFigures",
    "compared",
    "fold_figures",
    "scored",
    "threshold",
]

SENSITIVITY: Final = 0.96  # at which specificity is read
DRAWS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure, or a difference, with its 95 % interval by patient."""

    value: float
    low: float
    high: float


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


def scored(trials: Sequence[Trial]) -> dict[str, Figure]:
    """Score a design: the mean over its folds of the worst form's AUC and specificity."""
    drawn = _drawn([trials])[0]
    return {name: _figure(values) for name, values in drawn.items()}


def compared(trials: Sequence[Trial], others: Sequence[Trial]) -> dict[str, Figure]:
    """Compare a design with another in the same folds and seeds: the first less the other.

    Raises
    ------
    ValueError
        Where the two left out other films.
    """
    for trial, its_other in zip(trials, others, strict=True):
        if not np.array_equal(trial.names, its_other.names):
            raise ValueError("the designs left out different films")
    mine, other = _drawn([trials, others])
    return {name: _figure(mine[name] - other[name]) for name in mine}


def _figure(values: NDArray[np.float64]) -> Figure:
    """Of values [1 + draws]: the first is that of all films."""
    low, high = np.nanpercentile(values[1:], [2.5, 97.5])
    return Figure(value=float(values[0]), low=float(low), high=float(high))


def _drawn(designs: Sequence[Sequence[Trial]]) -> list[dict[str, NDArray[np.float64]]]:
    """Score designs on the same draws of patients, each float64 [1 + draws]."""
    patients = sorted({str(one) for trial in designs[0] for one in trial.patients})
    place = {patient: number for number, patient in enumerate(patients)}
    draw = np.random.default_rng(0)
    drawn = np.ones((1 + DRAWS, len(patients)))
    for row in drawn[1:]:
        row[:] = np.bincount(draw.integers(0, len(row), len(row)), minlength=len(row))
    return [_mean_of_worst(trials, drawn, place) for trials in designs]


def _mean_of_worst(
    trials: Sequence[Trial], drawn: NDArray[np.float64], place: dict[str, int]
) -> dict[str, NDArray[np.float64]]:
    areas, shares, plain = [], [], []
    for trial in trials:
        weights = drawn[:, [place[str(one)] for one in trial.patients]]
        area, _, free = _figures(trial, weights).reshape(3, -1, len(drawn))
        areas.append(area.min(axis=0))
        shares.append(free.min(axis=0))
        plain.append(area[0])
    names = ("worst form's AUC", "worst form's specificity", "plain AUC")
    columns = (areas, shares, plain)
    return {name: np.mean(rows, axis=0) for name, rows in zip(names, columns, strict=True)}


def _figures(trial: Trial, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """AUC, sensitivity and specificity of each form: float64 [3 * forms, draws]."""
    limit, labels = threshold(trial), trial.labels
    rows = [auc(labels, one, weights) for one in trial.probability]
    for wanted in (1, 0):
        rows += [
            share_right(labels, one >= limit, weights, wanted=wanted) for one in trial.probability
        ]
    return np.stack(rows)
