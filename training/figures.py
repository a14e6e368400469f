"""Figures of a model on labelled films, each with its interval."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.spec import Interval
from training.bootstrap import patient_interval
from training.metrics import auc, balanced_weights, expected_calibration_error

__all__ = ["PREVALENCES", "Called", "change_of_auc", "main_figures", "predictive_values"]

PREVALENCES: Final = (0.01, 0.05, 0.1, 0.25, 0.5)

Figure = Callable[[NDArray[np.int64]], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """Films, what they are, and what was said of them.

    Attributes
    ----------
    labels : ndarray, int64 [N]
        1 for the looked-for class.
    probability : ndarray, float64 [N]
        Of that class.
    patients : tuple of str
    threshold : float
        The class is called from this probability on.
    """

    labels: NDArray[np.int64]
    probability: NDArray[np.float64]
    patients: tuple[str, ...]
    threshold: float

    def only(self, chosen: NDArray[np.bool_]) -> "Called":
        """Keep some of the films."""
        places = np.flatnonzero(chosen)
        return Called(
            labels=self.labels[places],
            probability=self.probability[places],
            patients=tuple(self.patients[place] for place in places),
            threshold=self.threshold,
        )

    def share_right(self, films: NDArray[np.int64], label: int) -> float:
        """Share of a class's films that are called right; NaN where there is none."""
        mine = films[self.labels[films] == label]
        if not len(mine):
            return float("nan")
        return float(((self.probability[mine] >= self.threshold) == bool(label)).mean())


def main_figures(called: Called) -> dict[str, Interval]:
    """Compute AUC, accuracy, sensitivity, specificity, Brier score and calibration error.

    The last two weigh both classes alike, as the calibration does.
    """

    def both(figure: Callable[[NDArray[np.int64], NDArray[np.float64]], float]) -> Figure:
        def of(films: NDArray[np.int64]) -> float:
            labels = called.labels[films]
            if labels.min() == labels.max():
                return float("nan")
            return figure(labels, called.probability[films])

        return of

    def accuracy(films: NDArray[np.int64]) -> float:
        said = called.probability[films] >= called.threshold
        return float((said == (called.labels[films] == 1)).mean())

    def brier(labels: NDArray[np.int64], probability: NDArray[np.float64]) -> float:
        return float(np.average((probability - labels) ** 2, weights=balanced_weights(labels)))

    figures: dict[str, Figure] = {
        "auc": both(auc),
        "accuracy": accuracy,
        "sensitivity": lambda films: called.share_right(films, 1),
        "specificity": lambda films: called.share_right(films, 0),
        "brier": both(brier),
        "ece": both(expected_calibration_error),
    }
    return {name: patient_interval(of, called.patients) for name, of in figures.items()}


def predictive_values(called: Called) -> list[dict[str, Any]]:
    """Compute what a label means where the disease is rarer or more common, by Bayes' rule.

    Returns
    -------
    list of dict
        `prevalence`, and the intervals `ppv` and `npv`.
    """

    def of(prevalence: float, *, is_positive: bool) -> Figure:
        def value(films: NDArray[np.int64]) -> float:
            sensitivity = called.share_right(films, 1)
            specificity = called.share_right(films, 0)
            if is_positive:
                right, wrong = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
            else:
                right, wrong = specificity * (1 - prevalence), (1 - sensitivity) * prevalence
            return right / (right + wrong) if right + wrong > 0 else float("nan")

        return value

    return [
        {
            "prevalence": prevalence,
            "ppv": patient_interval(of(prevalence, is_positive=True), called.patients),
            "npv": patient_interval(of(prevalence, is_positive=False), called.patients),
        }
        for prevalence in PREVALENCES
    ]


def change_of_auc(before: Called, after: NDArray[np.float64]) -> Interval:
    """Compare two probabilities of the same films: AUC after less AUC before, drawn in pairs."""

    def change(films: NDArray[np.int64]) -> float:
        labels = before.labels[films]
        if labels.min() == labels.max():
            return float("nan")
        return auc(labels, after[films]) - auc(labels, before.probability[films])

    return patient_interval(change, before.patients)
