"""The curves for other programs: a table, and TensorBoard."""

import csv
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from cxr_app.codes import Code
from training.errors import TrainingError

__all__ = ["check_tensorboard", "write_curves"]

# Keys of `metrics.json`; from "accuracy" on all are of validation films.
_COLUMNS: Final = (
    *("backbone", "epoch", "learning_rate", "loss", "cross_entropy", "training_accuracy"),
    *("accuracy", "auc", "sensitivity", "specificity", "brier", "ece", "films"),
)


def write_curves(candidates: list[dict[str, Any]], place: Path) -> None:
    """Write the curves of all candidates, as `metrics.json` has them, as one CSV file.

    A figure that is missing, or that an older bundle does not have, is an empty cell.
    """
    with place.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, _COLUMNS, extrasaction="ignore", lineterminator="\n")
        table.writerow({name: name for name in _COLUMNS} | {"cross_entropy": "validation_loss"})
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
