"""What stored answers show at every threshold: ROC, confusion, reliability."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxr_app.report.answers import Answers
from cxr_app.report.evaluation import Confusion

__all__ = [
    "Bin",
    "Roc",
    "calibration_error",
    "confusion_at",
    "reliability",
    "roc",
    "shares_right",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roc:
    """The curve from "no film is called" to "every film is"; arrays float64 [K].

    Attributes
    ----------
    thresholds : ndarray
        The class is said from this probability on; falling, infinite at first.
    sensitivity, false_positive_rate : ndarray
        Shares of the films that have the class, and of those that lack it, that are called.
    """

    thresholds: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    false_positive_rate: NDArray[np.float64]

    @property
    def auc(self) -> float:
        """Return the area under it."""
        return float(np.trapezoid(self.sensitivity, self.false_positive_rate))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Films whose stated probability lies in one interval.

    Attributes
    ----------
    low, high : float
        Ends of the interval; the upper one belongs to the next, that of the last to it.
    films : int
    weight : float
        Share of all films, the two classes weighted alike; the weights add up to 1.
    claimed, found : float or None
        Mean probability that was stated, and share of films that have the class, weighted in the
        same way; None where there are no films.
    """

    low: float
    high: float
    films: int
    weight: float
    claimed: float | None
    found: float | None


def roc(answers: Answers) -> Roc:
    """Find the ROC curve; films of equal probability are one step."""
    order = np.argsort(-answers.probability, kind="stable")
    probability, having = answers.probability[order], answers.labels[order] == 1
    # The last film of each run of equal ones: there the step is complete.
    ends = np.append(np.flatnonzero(np.diff(probability)), len(probability) - 1)
    called_right, called_wrong = np.cumsum(having)[ends], np.cumsum(~having)[ends]
    return Roc(
        thresholds=np.concatenate([[np.inf], probability[ends]]),
        sensitivity=np.concatenate([[0.0], called_right / called_right[-1]]),
        false_positive_rate=np.concatenate([[0.0], called_wrong / called_wrong[-1]]),
    )


def confusion_at(answers: Answers, threshold: float) -> Confusion:
    """Count films by what they are and what is said from a threshold on."""
    said, truth = answers.probability >= threshold, answers.labels == 1
    return Confusion(
        true_positive=int((said & truth).sum()),
        false_negative=int((~said & truth).sum()),
        false_positive=int((said & ~truth).sum()),
        true_negative=int((~said & ~truth).sum()),
    )


def shares_right(counts: Confusion) -> tuple[float, float]:
    """Compute sensitivity and specificity of films of both classes."""
    having = counts.true_positive + counts.false_negative
    lacking = counts.true_negative + counts.false_positive
    return counts.true_positive / having, counts.true_negative / lacking


def reliability(answers: Answers, *, bins: int = 10) -> tuple[Bin, ...]:
    """Compare stated and found probability in bins of equal width, both classes alike.

    The bins of the expected calibration error: Guo et al. 2017, "On calibration of modern neural
    networks", equation 3.
    """
    counts = np.bincount(answers.labels, minlength=2)
    weights = 1 / (2 * counts[answers.labels])
    place = np.minimum((answers.probability * bins).astype(np.int64), bins - 1)
    films = np.bincount(place, minlength=bins)
    weight, claimed, found = (
        np.bincount(place, weights=weights * values, minlength=bins)
        for values in (1.0, answers.probability, answers.labels)
    )
    return tuple(
        Bin(
            low=number / bins,
            high=(number + 1) / bins,
            films=int(films[number]),
            weight=float(weight[number]),
            claimed=float(claimed[number] / weight[number]) if films[number] else None,
            found=float(found[number] / weight[number]) if films[number] else None,
        )
        for number in range(bins)
    )


def calibration_error(bins: tuple[Bin, ...]) -> float:
    """Compute the expected calibration error of these bins."""
    return sum(
        one.weight * abs(one.claimed - one.found)
        for one in bins
        if one.claimed is not None and one.found is not None
    )
