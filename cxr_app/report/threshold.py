"""What another threshold would cost, measured on stored answers."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.report.answers import Answers
from cxr_app.report.curves import confusion_at
from cxr_app.report.evaluation import Confusion
from cxr_app.report.values import Figure

__all__ = ["AtThreshold", "at_threshold"]

DRAWS: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class AtThreshold:
    """The model with a threshold.

    Attributes
    ----------
    threshold : float
    confusion : Confusion
    sensitivity, specificity : Figure
        With 95 % intervals by drawing patients again.
    """

    threshold: float
    confusion: Confusion
    sensitivity: Figure
    specificity: Figure


def at_threshold(answers: Answers, threshold: float, *, draws: int = DRAWS) -> AtThreshold:
    """Measure a threshold.

    The draws are those of the training's own bootstrap, so at the model's own threshold the
    intervals are those of its report.

    References
    ----------
    Efron and Tibshirani 1993, chapter 13 (percentile interval); Field and Welsh 2007 for drawing
    whole clusters.
    """
    times = _times_drawn(answers.n_patients, draws)
    right = (answers.probability >= threshold) == (answers.labels == 1)
    return AtThreshold(
        threshold=threshold,
        confusion=confusion_at(answers, threshold),
        sensitivity=_share_right(answers, right, times, wanted=1),
        specificity=_share_right(answers, right, times, wanted=0),
    )


def _times_drawn(n_patients: int, draws: int) -> NDArray[np.float64]:
    """Draw all patients with replacement: how often each was drawn, [draws, patients]."""
    drawn = np.random.default_rng(0).integers(0, n_patients, (draws, n_patients))
    places = drawn + np.arange(draws)[:, np.newaxis] * n_patients
    times = np.bincount(places.ravel(), minlength=draws * n_patients)
    return times.reshape(draws, n_patients).astype(np.float64)


def _share_right(
    answers: Answers, right: NDArray[np.bool_], times: NDArray[np.float64], *, wanted: int
) -> Figure:
    mine = answers.labels == wanted
    # By patient first: the films of one are drawn together.
    whole, part = (
        np.bincount(answers.patients, weights=films, minlength=answers.n_patients)
        for films in (mine, mine & right)
    )
    with np.errstate(invalid="ignore"):
        shares = (times @ part) / (times @ whole)
    known = shares[~np.isnan(shares)]  # a draw may hold no film of the class
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (0.0, 1.0)
    return Figure(value=float(part.sum() / whole.sum()), low=float(low), high=float(high))
