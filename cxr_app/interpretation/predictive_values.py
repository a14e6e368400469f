"""How often a label is right at a named prevalence, with joint intervals."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cxr_app.interpretation.prevalence import (
    check_prevalence,
    negative_predictive_value,
    positive_predictive_value,
)
from cxr_app.interpretation.resampling import Resampled, interval
from cxr_app.spec import Interval

__all__ = ["PredictiveValues", "Rates", "find_rates", "predictive_values"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictiveValues:
    """What a label is worth at a prevalence.

    Attributes
    ----------
    prevalence : float
    positive : Interval or None
        Share of the films labelled positive that are positive; None where none was labelled so.
    negative : Interval or None
        Share of the films labelled negative that are negative.
    """

    prevalence: float
    positive: Interval | None
    negative: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often a model is right at its operating point, on all films and by draw.

    Attributes
    ----------
    sensitivity, specificity : float
    sensitivities, specificities : ndarray, float64 [draws]
        From the same draws.
    """

    sensitivity: float
    specificity: float
    sensitivities: NDArray[np.float64] = field(repr=False)
    specificities: NDArray[np.float64] = field(repr=False)


def find_rates(drawn: Resampled) -> Rates:
    """Find sensitivity and specificity.

    A film whose answer is indeterminate counts with the label that it is closer to.
    """
    labelled = drawn.test.is_labelled_positive
    sensitivity, sensitivities = drawn.shares(labelled, among_positive=True)
    specificity, specificities = drawn.shares(~labelled, among_positive=False)
    return Rates(
        sensitivity=sensitivity,
        specificity=specificity,
        sensitivities=sensitivities,
        specificities=specificities,
    )


def predictive_values(rates: Rates, prevalence: float) -> PredictiveValues:
    """Find PPV and NPV, draw by draw, so that their intervals are joint."""
    check_prevalence(prevalence)
    found = []
    for predictive_value in (positive_predictive_value, negative_predictive_value):
        value = predictive_value(rates.sensitivity, rates.specificity, prevalence)
        values = predictive_value(rates.sensitivities, rates.specificities, prevalence)
        found.append(None if np.isnan(value) else interval(float(value), values))
    return PredictiveValues(prevalence=prevalence, positive=found[0], negative=found[1])
