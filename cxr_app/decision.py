"""Logits to calibrated confidences, a label, and the zone where the answer is "not sure"."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxr_app.spec import DecisionSpec

__all__ = ["Decision", "confidences", "decide"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer for one film.

    Attributes
    ----------
    label : int
        Place in the bundle's labels.
    confidences : tuple of float
        Calibrated probability of every label; they sum to 1.
    is_sure : bool
        False where the probability lies within the bundle's not-sure zone.
    """

    label: int
    confidences: tuple[float, ...]
    is_sure: bool


def confidences(
    logits: NDArray[np.float32], *, temperature: float, bias: tuple[float, ...]
) -> NDArray[np.float64]:
    """Calibrate: softmax of (logits / temperature + bias).

    Parameters
    ----------
    logits : ndarray, float32 [N, classes]
    temperature : float
        Above 0; above 1 it makes a network less sure of itself.
    bias : tuple of float
        One for each class.

    Returns
    -------
    ndarray, float64 [N, classes]
        Each row sums to 1.

    References
    ----------
    Guo et al. 2017, "On calibration of modern neural networks", section 4.2; the bias is Platt's
    (1999), for a stated prevalence of one half.
    """
    scaled = logits.astype(np.float64) / temperature + np.asarray(bias)
    # Only differences count; without this, exp overflows for large logits.
    scaled -= scaled.max(axis=1, keepdims=True)
    raised = np.exp(scaled)
    shares: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return shares


def decide(logits: NDArray[np.float32], spec: DecisionSpec) -> Decision:
    """Decide on one film of a binary task.

    Parameters
    ----------
    logits : ndarray, float32 [2]
    spec : DecisionSpec

    Returns
    -------
    Decision
        The second label from `spec.threshold` on.
    """
    both = confidences(logits[np.newaxis], temperature=spec.temperature, bias=spec.bias)[0]
    probability = float(both[1])
    low, high = spec.zone
    return Decision(
        label=int(probability >= spec.threshold),
        confidences=(float(both[0]), probability),
        is_sure=not low <= probability <= high,
    )
