"""Linear probes: how well a network's features tell what has nothing to do with disease."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.metrics.scores import auc

__all__ = ["explained", "told_apart"]

PARTS: Final = 5
STRENGTHS: Final = (1.0, 10.0, 100.0, 1000.0, 10_000.0)

Values = NDArray[np.float64]


def explained(features: NDArray[np.float32], values: Values, patients: Sequence[str]) -> float:
    """Measure how much of a number the features explain: R squared, out of fold by patient.

    The ridge's strength is the best of a few, which favours the probe: it must not miss what the
    features hold.
    """
    spread = float(((values - values.mean()) ** 2).mean())
    if not spread:
        return 0.0
    return max(
        1 - float(((predicted - values) ** 2).mean()) / spread
        for predicted in _predictions(features, values, patients).values()
    )


def told_apart(
    features: NDArray[np.float32], labels: NDArray[np.int64], patients: Sequence[str]
) -> float:
    """Measure how well the features tell two groups apart: AUC, out of fold by patient."""
    ones = np.ones((1, len(labels)))
    return max(
        float(auc(labels, predicted, ones)[0])
        for predicted in _predictions(features, labels.astype(np.float64), patients).values()
    )


def _predictions(
    features: NDArray[np.float32], values: Values, patients: Sequence[str]
) -> Mapping[float, Values]:
    """Predict every value by a ridge regression that has not seen its patient."""
    rows = features.astype(np.float64)
    rows = (rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-6)
    numbers = {patient: place for place, patient in enumerate(sorted(set(patients)))}
    shuffled = np.random.default_rng(0).permutation(len(numbers))
    part = np.array([shuffled[numbers[patient]] % PARTS for patient in patients])
    found = {strength: np.zeros(len(values)) for strength in STRENGTHS}
    for number in range(PARTS):
        seen, unseen = part != number, part == number
        if not unseen.any() or not seen.any():
            continue
        middle = values[seen].mean()
        # By the kernel: there are fewer films than features.
        left, scales, right = np.linalg.svd(rows[seen], full_matrices=False)
        aside = left.T @ (values[seen] - middle)
        for strength, predicted in found.items():
            weights = right.T @ (aside * scales / (scales**2 + strength))
            predicted[unseen] = rows[unseen] @ weights + middle
    return found
