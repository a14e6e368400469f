"""How the prevalence moves a probability and the predictive values: Bayes' theorem."""

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CALIBRATED_AT",
    "HIGHEST",
    "LOWEST",
    "STEPS",
    "at_prevalence",
    "check_prevalence",
    "negative_predictive_value",
    "positive_predictive_value",
]

CALIBRATED_AT: Final = 0.5
"""Prevalence for which bundles are calibrated: both classes weigh alike, see `decision.py`."""

# Ten a decade, rounded as people name them.
STEPS: Final = (
    *(0.001, 0.0012, 0.0015, 0.002, 0.0025, 0.003, 0.004, 0.005, 0.006, 0.008),
    *(0.01, 0.012, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.08),
    *(0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
)
"""Prevalences that a reader can choose, evenly apart on a logarithmic scale."""

LOWEST: Final = STEPS[0]
HIGHEST: Final = STEPS[-1]

Shares = TypeVar("Shares", float, NDArray[np.float64])


def check_prevalence(prevalence: float) -> float:
    """Return a prevalence that can be shown.

    Raises
    ------
    ValueError
        Outside 0.1 to 90 %, or not a number.
    """
    if not LOWEST <= prevalence <= HIGHEST:
        raise ValueError(
            f"prevalence must be between {LOWEST} and {HIGHEST}. Got {prevalence} instead."
        )
    return prevalence


def at_prevalence(probability: float, prevalence: float) -> float:
    """Move a probability that was calibrated for `CALIBRATED_AT` to another prevalence.

    The log-odds shift by logit(prevalence) - logit(`CALIBRATED_AT`), which is what Bayes' theorem
    says where the prevalence alone differs, and not how sick or well children's films look.

    Parameters
    ----------
    probability : float
        0..1; 0 and 1 stay what they are.
    prevalence : float
        Between `LOWEST` and `HIGHEST`.

    Returns
    -------
    float
        0..1.

    References
    ----------
    Saerens, Latinne and Decaestecker 2002, "Adjusting the outputs of a classifier to new a priori
    probabilities", Neural Computation 14:21, equation 2.4.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"probability must be between 0 and 1. Got {probability} instead.")
    check_prevalence(prevalence)
    # Weights instead of logits, which are infinite for 0 and 1.
    for_it = probability * prevalence / CALIBRATED_AT
    against_it = (1 - probability) * (1 - prevalence) / (1 - CALIBRATED_AT)
    return for_it / (for_it + against_it)


def positive_predictive_value(
    sensitivity: Shares, specificity: Shares, prevalence: float
) -> Shares:
    """Find which share of the films labelled positive is positive.

    Parameters
    ----------
    sensitivity, specificity : float or ndarray
        0..1.
    prevalence : float
        Between `LOWEST` and `HIGHEST`.

    Returns
    -------
    float or ndarray
        NaN where no film is labelled positive.

    References
    ----------
    Altman and Bland 1994, "Diagnostic tests 2: predictive values", BMJ 309:102.
    """
    right = sensitivity * prevalence
    return _share(right, right + (1 - specificity) * (1 - prevalence))


def negative_predictive_value(
    sensitivity: Shares, specificity: Shares, prevalence: float
) -> Shares:
    """Find which share of the films labelled negative is negative; as the positive one."""
    right = specificity * (1 - prevalence)
    return _share(right, right + (1 - sensitivity) * prevalence)


def _share(part: Shares, whole: Shares) -> Shares:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Shares = np.divide(part, whole)
    return found
