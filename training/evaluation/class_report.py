"""Precision, recall and F1 of every class, with intervals, and their four averages."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_fscore_support

from cxr_app.spec import Interval, Task
from training.metrics.bootstrap import Figures, bootstrap_intervals
from training.metrics.figures import Called
from training.metrics.scores import Weights, precision_recall_f1

__all__ = [
    "AVERAGES",
    "SHARES",
    "Classes",
    "changes_of_shares",
    "class_report",
    "classes_of",
    "shares_of",
]

AVERAGES: Final = ("micro", "macro", "weighted", "samples")
SHARES: Final = ("precision", "recall", "f1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """Films, which classes they have, and which were said.

    Attributes
    ----------
    truth, said : ndarray, bool [N, C]
        Of two classes that exclude each other both columns stand.
    patients : tuple of str
        Of the N films.
    """

    truth: NDArray[np.bool_]
    said: NDArray[np.bool_]
    patients: tuple[str, ...]


def classes_of(calls: tuple[Called, ...], task: Task) -> Classes:
    """Put all classes side by side: of two, the one that is not looked for too."""
    truth = np.stack([called.labels == 1 for called in calls], axis=1)
    said = np.stack([called.said for called in calls], axis=1)
    if task is Task.BINARY:
        truth, said = np.hstack([~truth, truth]), np.hstack([~said, said])
    return Classes(truth=truth, said=said, patients=calls[0].patients)


def class_report(classes: Classes, labels: tuple[str, ...]) -> dict[str, Any]:
    """Compute the report.

    A class that is never said has precision 0 here, and one that no film has has recall 0. In the
    average over films ("samples") a film counts only where a share can be formed: without a
    finding, found or said, there is nothing to be right about.

    Parameters
    ----------
    classes : Classes
    labels : tuple of str
        Names of the C classes.

    Returns
    -------
    dict
        `classes`: for each `label, precision, recall, f1, support`, the last how many films have
        it. `averages`: the first three for each of `AVERAGES`. Each class and the average "macro"
        also have `intervals` of the three.
    """
    macro, *each = shares_of(classes)
    averages: dict[str, dict[str, Any]] = {name: _average(classes, name) for name in AVERAGES}
    averages["macro"]["intervals"] = macro
    support = classes.truth.sum(axis=0).tolist()
    return {
        "classes": [
            {
                "label": label,
                **{name: intervals[name].value for name in SHARES},
                "support": films,
                "intervals": intervals,
            }
            for label, films, intervals in zip(labels, support, each, strict=True)
        ],
        "averages": averages,
    }


def shares_of(classes: Classes) -> list[dict[str, Interval]]:
    """Find the intervals of `SHARES`: of the means over the classes ("macro"), then of each."""
    return _intervals(lambda weights: _shares(classes, weights), classes.patients)


def changes_of_shares(before: Classes, after: Classes) -> list[dict[str, Interval]]:
    """Compare two models on the same films and classes, drawn in pairs.

    Returns
    -------
    list of dict of str to Interval
        After less before, in the order of `shares_of`.
    """
    return _intervals(
        lambda weights: _shares(after, weights) - _shares(before, weights), before.patients
    )


def _shares(classes: Classes, weights: Weights) -> NDArray[np.float64]:
    """Compute the mean over the classes, then each class's own, float64 [draws, 1 + C, 3]."""
    each = precision_recall_f1(classes.truth, classes.said, weights)
    return np.concatenate([each.mean(axis=1, keepdims=True), each], axis=1)


def _intervals(shares: Figures, patients: tuple[str, ...]) -> list[dict[str, Interval]]:
    """Find the intervals of shares float64 [draws, K, 3] of weights: `SHARES` of each of the K."""

    def flat(weights: Weights) -> NDArray[np.float64]:
        return shares(weights).reshape(len(weights), -1)

    found = iter(bootstrap_intervals(flat, patients))
    triples = zip(found, found, found, strict=True)
    return [dict(zip(SHARES, triple, strict=True)) for triple in triples]


def _average(classes: Classes, average: str) -> dict[str, float]:
    shares = precision_recall_fscore_support(
        classes.truth,
        classes.said,
        average=average,
        zero_division=np.nan if average == "samples" else 0.0,
    )
    return {name: float(share) for name, share in zip(SHARES, shares[:3], strict=True)}
