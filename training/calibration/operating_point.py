"""The operating point: the threshold from which a film is labelled with the positive class."""

import numpy as np
from numpy.typing import NDArray

from training.recipes.decision import DecisionRecipe

__all__ = ["choose_threshold"]


def choose_threshold(
    probability: NDArray[np.float64], labels: NDArray[np.int64], recipe: DecisionRecipe
) -> float:
    """Choose the threshold: one half, or the highest at which the wanted sensitivity is met."""
    if recipe.sensitivity is None:
        return 0.5
    looked_for = np.sort(probability[labels == 1])
    missed = int((1 - recipe.sensitivity) * len(looked_for) + 1e-9)
    return float(np.clip(looked_for[missed], 1e-6, 1 - 1e-6))
