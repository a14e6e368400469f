"""How often a label is right at a named prevalence, with joint intervals."""

from dataclasses import dataclass

import numpy as np

from cxr_app.interpretation.prevalence import (
    check_prevalence,
    negative_predictive_value,
    positive_predictive_value,
)
from cxr_app.interpretation.resampling import Resampled, interval
from cxr_app.spec import Interval

__all__ = ["PredictiveValues", "predictive_values"]


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


def predictive_values(drawn: Resampled, prevalence: float) -> PredictiveValues:
    """Find PPV and NPV from the official test's sensitivity and specificity.

    Both are taken from the same draws of patients. A film whose answer is indeterminate counts
    with the label that it is closer to, as in sensitivity and specificity.
    """
    check_prevalence(prevalence)
    labelled = drawn.test.is_labelled_positive
    sensitivity, sensitivities = drawn.shares(labelled, among_positive=True)
    specificity, specificities = drawn.shares(~labelled, among_positive=False)

    positive = positive_predictive_value(sensitivity, specificity, prevalence)
    negative = negative_predictive_value(sensitivity, specificity, prevalence)
    positives = positive_predictive_value(sensitivities, specificities, prevalence)
    negatives = negative_predictive_value(sensitivities, specificities, prevalence)
    return PredictiveValues(
        prevalence=prevalence,
        positive=None if np.isnan(positive) else interval(float(positive), positives),
        negative=None if np.isnan(negative) else interval(float(negative), negatives),
    )
