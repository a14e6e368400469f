"""Class activation map in closed form: what of the last map spoke for a label."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["ACTIVATIONS", "POOLINGS", "Layer", "PooledHead", "activation_map"]

ACTIVATIONS: Final = ("linear", "relu")
POOLINGS: Final = ("mean", "log-sum-exp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One dense layer after pooling.

    Attributes
    ----------
    kernel : ndarray, float32 [inputs, outputs]
    bias : ndarray, float32 [outputs]
    activation : str
        One of `ACTIVATIONS`.
    """

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    activation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledHead:
    """A head on one vector that is pooled from the last map.

    Attributes
    ----------
    layers : tuple of Layer
        From the pooled vector to the logits; the last one is linear.
    pooling : str
        One of `POOLINGS`.
    sharpness : float
        Above 0, of log-sum-exp: near 0 it is the mean, towards infinity the maximum (Pinheiro and
        Collobert 2015, arXiv:1411.6228, equation 6).
    """

    layers: tuple[Layer, ...]
    pooling: str = "mean"
    sharpness: float = 1.0

    def pooled(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Pool one film's features float32 [h, w, k] to float32 [k]."""
        if self.pooling == "mean":
            mean: NDArray[np.float32] = features.mean(axis=(0, 1))
            return mean
        highest = features.max(axis=(0, 1))
        raised = np.exp(self.sharpness * (features - highest)).mean(axis=(0, 1))
        soft: NDArray[np.float32] = (highest + np.log(raised) / self.sharpness).astype(np.float32)
        return soft

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Compute logits float32 [classes] of one film's features float32 [h, w, k]."""
        value = self.pooled(features)
        for layer in self.layers:
            value = value @ layer.kernel + layer.bias
            value = np.maximum(value, 0) if layer.activation == "relu" else value
        return value


def activation_map(
    features: NDArray[np.float32], head: PooledHead, label: int
) -> NDArray[np.float32]:
    """Compute where the evidence for a label lies.

    It is Grad-CAM of the label's lead over the other (its logit less the mean of the others'),
    which for a pooled head needs no gradient tape: the derivative of the pooled vector is a
    product of the head's own matrices. Over the cells of a map the derivatives of its pooled value
    sum to 1, by the mean as by log-sum-exp, so Grad-CAM's weights are the same product for both.
    Negative values, evidence against the label, are cut off.

    Parameters
    ----------
    features : ndarray, float32 [h, w, k]
        Last map of one film.
    head : PooledHead
    label : int
        Place in the bundle's labels.

    Returns
    -------
    ndarray, float32 [h, w]
        In logits per cell, 0 or more; all 0 where nothing speaks for the label.

    References
    ----------
    Zhou et al. 2016, arXiv:1512.04150; Selvaraju et al. 2017, arXiv:1610.02391, equation 2.
    """
    inputs = head.pooled(features)
    open_units = []
    for layer in head.layers:
        inputs = inputs @ layer.kernel + layer.bias
        is_open = inputs > 0 if layer.activation == "relu" else np.ones_like(inputs, np.bool_)
        open_units.append(is_open)
        inputs = np.where(is_open, inputs, 0)
    n_classes = len(inputs)
    slope = np.full(n_classes, -1 / (n_classes - 1), np.float32)
    slope[label] = 1
    for layer, is_open in zip(reversed(head.layers), reversed(open_units), strict=True):
        slope = layer.kernel @ np.where(is_open, slope, 0)
    evidence: NDArray[np.float32] = np.maximum(features @ slope, 0).astype(np.float32)
    return evidence
