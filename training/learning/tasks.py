"""What logits mean: classes that exclude each other, or findings that do not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from cxr_app.spec import Task
from training.metrics.probabilities import second_class, sigmoid
from training.metrics.scores import Scores, score, score_labels

__all__ = ["TASKS", "TaskEntry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEntry:
    """How networks of a task are trained and judged.

    Attributes
    ----------
    probabilities : callable (logits float32 [N, C]) -> float64 [N, C]
        Raw, uncalibrated.
    score : callable (truth uint8 [N, C], probabilities [N, C]) -> Scores
    weights : callable (truth, float32 [N]) -> float32 [N]
        From what each film counts to what it counts once classes that exclude each other count
        alike; unchanged where they do not: there a film has a weight for each of its findings,
        which only the loss can give.
    accuracy : callable () -> keras.metrics.Metric
        Of training.
    """

    probabilities: Callable[[NDArray[np.float32]], NDArray[np.float64]]
    score: Callable[[NDArray[np.uint8], NDArray[np.float64]], Scores]
    weights: Callable[[NDArray[np.uint8], NDArray[np.float32]], NDArray[np.float32]]
    accuracy: Callable[[], Any]


def _two(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    second = second_class(logits)
    return np.stack([1 - second, second], axis=1)


def _share_right(targets: Any, logits: Any) -> Any:
    """Share of a film's findings that are called right; a logit's line is at 0.

    Keras' own BinaryAccuracy takes a target that is smoothed, 0.95, for one that no answer equals.
    """
    is_right = keras.ops.equal(keras.ops.greater(targets, 0.5), keras.ops.greater(logits, 0.0))
    return keras.ops.mean(keras.ops.cast(is_right, "float32"), axis=-1)


def _balanced(truth: NDArray[np.uint8], counting: NDArray[np.float32]) -> NDArray[np.float32]:
    of_class = counting @ truth  # what all films of a class count together
    balanced: NDArray[np.float32] = counting * (counting.sum() / of_class)[truth.argmax(axis=1)]
    balanced /= balanced.mean()
    return balanced


BINARY: Final = TaskEntry(
    probabilities=_two,
    score=lambda truth, probabilities: score(truth[:, 1].astype(np.int64), probabilities[:, 1]),
    weights=_balanced,
    accuracy=lambda: keras.metrics.CategoricalAccuracy(name="accuracy"),
)
MULTILABEL: Final = TaskEntry(
    probabilities=lambda logits: sigmoid(logits.astype(np.float64)),
    score=score_labels,
    weights=lambda _truth, counting: counting,
    accuracy=lambda: keras.metrics.MeanMetricWrapper(_share_right, name="accuracy"),
)

TASKS: Final[Mapping[Task, TaskEntry]] = MappingProxyType(
    {Task.BINARY: BINARY, Task.MULTILABEL: MULTILABEL}
)
