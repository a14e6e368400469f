"""Figures of a model on labelled films, each with its interval."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.spec import Interval
from training.metrics.bootstrap import bootstrap_intervals
from training.metrics.scores import Weights, accuracy, auc, figures_of, share_right

__all__ = [
    "FIGURES",
    "PREVALENCES",
    "Called",
    "change_of_auc",
    "changes",
    "confusion",
    "main_figures",
    "mean_figures",
    "predictive_values",
]

PREVALENCES: Final = (0.01, 0.05, 0.1, 0.25, 0.5)
FIGURES: Final = (
    "auc",
    "accuracy",
    "sensitivity",
    "specificity",
    "brier",
    "ece",
    "average_precision",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """Films, whether they have a label, and what was said of them.

    Attributes
    ----------
    labels : ndarray, int64 [N]
        1 for the looked-for class, or for films with the finding.
    probability : ndarray, float64 [N]
        Of that.
    patients : tuple of str
    threshold : float
        The label is said from this probability on.
    """

    labels: NDArray[np.int64]
    probability: NDArray[np.float64]
    patients: tuple[str, ...]
    threshold: float

    @property
    def said(self) -> NDArray[np.bool_]:
        """Whether the label was said, bool [N]."""
        said: NDArray[np.bool_] = self.probability >= self.threshold
        return said

    @property
    def has_both(self) -> bool:
        """Whether there are films with the label and films without it."""
        return len(set(self.labels.tolist())) == 2

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
        return float((self.said[mine] == bool(label)).mean())


def main_figures(called: Called) -> dict[str, Interval]:
    """Compute the figures of one label by name, as in `FIGURES`.

    Brier score and calibration error weigh films with and without the label alike, as the
    calibration does.
    """
    return mean_figures((called,))


def mean_figures(many: tuple[Called, ...]) -> dict[str, Interval]:
    """Compute the figures' means over several labels of the same films.

    A label that all films have, or none, has no figures and is left out of the mean.
    """
    known = [called for called in many if called.has_both] or list(many[:1])

    def means(weights: Weights) -> NDArray[np.float64]:
        every = np.stack([_figures(called, weights) for called in known])
        mean: NDArray[np.float64] = every.mean(axis=0)
        return mean

    return dict(zip(FIGURES, bootstrap_intervals(means, known[0].patients), strict=True))


def _figures(called: Called, weights: Weights) -> NDArray[np.float64]:
    found = figures_of(called.labels, called.probability, called.said, weights)
    return np.stack([found[name] for name in FIGURES], axis=1)


def confusion(called: Called) -> dict[str, int]:
    """Count films by what they are and what was said."""
    said, truth = called.said, called.labels == 1
    return {
        "true_positive": int((said & truth).sum()),
        "false_negative": int((~said & truth).sum()),
        "false_positive": int((said & ~truth).sum()),
        "true_negative": int((~said & ~truth).sum()),
    }


def predictive_values(called: Called) -> list[dict[str, Any]]:
    """Compute what a label means where the disease is rarer or more common, by Bayes' rule.

    Returns
    -------
    list of dict
        `prevalence`, and the intervals `ppv` and `npv`.
    """

    def values(weights: Weights) -> NDArray[np.float64]:
        sensitivity, specificity = (
            share_right(called.labels, called.said, weights, wanted=wanted) for wanted in (1, 0)
        )
        columns = []
        for share in PREVALENCES:
            columns.append(_bayes(sensitivity * share, (1 - specificity) * (1 - share)))
            columns.append(_bayes(specificity * (1 - share), (1 - sensitivity) * share))
        return np.stack(columns, axis=1)

    found = iter(bootstrap_intervals(values, called.patients))
    return [{"prevalence": share, "ppv": next(found), "npv": next(found)} for share in PREVALENCES]


def _bayes(right: NDArray[np.float64], wrong: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        value: NDArray[np.float64] = right / (right + wrong)
    return value


def change_of_auc(before: Called, after: NDArray[np.float64]) -> Interval:
    """Compare two probabilities of the same films: AUC after less AUC before, drawn in pairs."""
    now = Called(
        labels=before.labels,
        probability=after,
        patients=before.patients,
        threshold=before.threshold,
    )
    return changes((before,), (now,))["auc"][0]


def changes(before: tuple[Called, ...], after: tuple[Called, ...]) -> dict[str, list[Interval]]:
    """Compare two models on the same films and labels, drawn in pairs.

    Parameters
    ----------
    before, after : tuple of Called
        One for each label; of every label films with it and films without it occur.

    Returns
    -------
    dict of str to list of Interval
        `auc` and `accuracy`, after less before: first the mean over the labels, then each label's
        own.
    """

    def differences(weights: Weights) -> NDArray[np.float64]:
        gains = [
            _pair(now, weights) - _pair(old, weights)
            for old, now in zip(before, after, strict=True)
        ]
        both = np.stack(gains)
        return np.concatenate([both.mean(axis=0)[np.newaxis], both]).swapaxes(0, 1).reshape(
            len(weights), -1
        )  # fmt: skip

    found = bootstrap_intervals(differences, before[0].patients)
    return {"auc": found[::2], "accuracy": found[1::2]}


def _pair(called: Called, weights: Weights) -> NDArray[np.float64]:
    columns = (
        auc(called.labels, called.probability, weights),
        accuracy(called.labels, called.said, weights),
    )
    return np.stack(columns, axis=1)
