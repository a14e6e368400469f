"""A fitted linear classifier, as it is stored in a bundle."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LinearClassifier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearClassifier:
    """Multinomial logistic regression on standardised numbers.

    Attributes
    ----------
    names : tuple of str
        Of the C classes.
    mean, scale : ndarray, float32 [d]
        Each number has its mean taken off and is divided by its scale.
    weights : ndarray, float32 [d, C]
    bias : ndarray, float32 [C]
    """

    names: tuple[str, ...]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Check that the shapes fit together and that every number is finite."""
        size, classes = self.weights.shape if self.weights.ndim == 2 else (0, 0)
        shapes = (self.mean.shape, self.scale.shape, self.bias.shape)
        if not classes or shapes != ((size,), (size,), (classes,)) or len(self.names) != classes:
            raise ValueError("the shapes of a classifier do not fit together")
        if len(set(self.names)) != classes:
            raise ValueError("a classifier has two classes of one name")
        arrays = (self.mean, self.scale, self.weights, self.bias)
        if not all(np.isfinite(array).all() for array in arrays) or not self.scale.all():
            raise ValueError("a classifier holds numbers that are not finite, or divides by zero")

    def standardised(self, numbers: NDArray[np.float32]) -> NDArray[np.float32]:
        """Standardise numbers [..., d]."""
        found: NDArray[np.float32] = (numbers - self.mean) / self.scale
        return found

    def probabilities(self, numbers: NDArray[np.float32]) -> dict[str, float]:
        """Give the probability of each class for numbers float32 [d]; they sum to 1."""
        logits = self.standardised(numbers) @ self.weights + self.bias
        raised = np.exp((logits - logits.max()).astype(np.float64))
        shares = raised / raised.sum()
        return dict(zip(self.names, map(float, shares), strict=True))

    @classmethod
    def read(cls, stored: Mapping[str, Any], prefix: str) -> "LinearClassifier":
        """Read a classifier out of an `.npz` file's arrays.

        Raises
        ------
        KeyError, ValueError
            Where it is not there, or not as `arrays` writes it.
        """
        return cls(
            names=tuple(str(name) for name in stored[f"{prefix}.names"]),
            **{
                part: np.asarray(stored[f"{prefix}.{part}"], np.float32)
                for part in ("mean", "scale", "weights", "bias")
            },
        )

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Give the arrays that `read` reads."""
        return {
            f"{prefix}.names": np.array(self.names),
            **{
                f"{prefix}.{part}": getattr(self, part)
                for part in ("mean", "scale", "weights", "bias")
            },
        }
