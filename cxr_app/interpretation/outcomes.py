"""What became of the official test's films whose score was like this film's."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.interpretation.prevalence import check_prevalence, positive_predictive_value
from cxr_app.interpretation.resampling import Resampled, interval
from cxr_app.spec import Interval

__all__ = ["FEWEST", "WIDTH", "Outcomes", "outcomes_like"]

WIDTH: Final = 0.75
"""Films are alike up to so many logits on either side; see docs/adr/0023."""

FEWEST: Final = 10  # films, below which no share is given
# Probabilities are stored with six decimals or more: this is where log-odds end.
_EDGE: Final = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Test films with a score like one film's.

    Attributes
    ----------
    lowest, highest : float
        Their probabilities lie between these, 0..1.
    n_films, n_positive, n_patients : int
        How many they are, how many of them are positive, and of how many children.
    share : Interval or None
        Share of positive ones at the prevalence; None where there are too few films.
    """

    lowest: float
    highest: float
    n_films: int
    n_positive: int
    n_patients: int
    share: Interval | None

    @property
    def is_too_few(self) -> bool:
        """Whether there are too few films for a share."""
        return self.n_films < FEWEST


def outcomes_like(probability: float, drawn: Resampled, prevalence: float) -> Outcomes:
    """Look up the test films with such a score, re-weighted to a prevalence.

    On the test both classes have a share of their own that says nothing of elsewhere. So the
    films are weighted: how common such a score is in each class, times how common the class is.
    It is the same formula as for a predictive value, with "has such a score" for "is labelled".

    Parameters
    ----------
    probability : float
        The film's, calibrated, 0..1.
    drawn : Resampled
    prevalence : float
    """
    check_prevalence(prevalence)
    test = drawn.test
    middle = float(_logit(np.array(probability)))
    is_like = np.abs(_logit(test.probability) - middle) <= WIDTH
    n_films = int(is_like.sum())
    share = None
    if n_films >= FEWEST:
        of_positive, of_positives = drawn.shares(is_like, among_positive=True)
        of_negative, of_negatives = drawn.shares(is_like, among_positive=False)
        value = positive_predictive_value(of_positive, 1 - of_negative, prevalence)
        values = positive_predictive_value(of_positives, 1 - of_negatives, prevalence)
        share = interval(float(value), values)
    return Outcomes(
        lowest=_sigmoid(middle - WIDTH),
        highest=_sigmoid(middle + WIDTH),
        n_films=n_films,
        n_positive=int((is_like & test.is_positive).sum()),
        n_patients=len(np.unique(test.patient[is_like])),
        share=share,
    )


def _logit(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(probability, _EDGE, 1 - _EDGE)
    found: NDArray[np.float64] = np.log(inside) - np.log1p(-inside)
    return found


def _sigmoid(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))
