"""From logits to raw probabilities."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["second_class", "sigmoid"]


def second_class(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Turn logits [N, 2] into the raw probability of the second class, float64 [N]."""
    return sigmoid(logits[:, 1].astype(np.float64) - logits[:, 0])


def sigmoid(margin: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn margins into probabilities; by tanh, which does not overflow."""
    probability: NDArray[np.float64] = 0.5 * (1 + np.tanh(margin / 2))
    return probability
