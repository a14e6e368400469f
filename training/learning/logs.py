"""The curves for other programs: a table, and TensorBoard."""

import csv
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from cxr_app.codes import Code
from cxr_app.errors import TrainingError

__all__ = ["check_tensorboard", "write_curves"]

_COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "backbone": "backbone",
        "epoch": "epoch",
        "learning_rate": "learning_rate",
        "loss": "loss",
        "cross_entropy": "validation_loss",
        "training_accuracy": "training_accuracy",
        "accuracy": "accuracy",
        "auc": "auc",
        "sensitivity": "sensitivity",
        "specificity": "specificity",
        "brier": "brier",
        "ece": "ece",
        "films": "films",
    }
)
"""Key in `metrics.json` -> column; from "accuracy" on all are of validation films."""


def write_curves(candidates: list[dict[str, Any]], place: Path) -> None:
    """Write the curves of all candidates, as `metrics.json` has them, as one CSV file.

    A figure that is missing, or that an older bundle does not have, is an empty cell.
    """
    with place.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, _COLUMNS, extrasaction="ignore", lineterminator="\n")
        table.writerow(dict(_COLUMNS))
        for candidate in candidates:
            for row in candidate["curves"]:
                table.writerow({**row, "backbone": candidate["backbone"]})


def check_tensorboard() -> None:
    """Refuse before anything long starts; Keras' callback writes by TensorFlow on any backend.

    Raises
    ------
    TrainingError
        `usage` where TensorBoard or TensorFlow is not installed.
    """
    if find_spec("tensorflow") is None:
        reason = "--tensorboard needs TensorFlow beside this Keras backend; leave the option out"
        raise TrainingError(Code.USAGE, reason=reason)
    if find_spec("tensorboard") is None:
        reason = "--tensorboard needs TensorBoard; install it: pip install 'tensorboard>=2.21,<3'"
        raise TrainingError(Code.USAGE, reason=reason)
