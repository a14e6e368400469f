"""The curves in forms that other programs read: a table, and the logs of TensorBoard."""

import csv
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from training.learning.progress import Epoch

__all__ = ["check_tensorboard", "write_curves", "write_events"]

_COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "epoch": "epoch",
        "learning_rate": "learning_rate",
        "loss": "loss",
        "validation_loss": "cross_entropy",
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
"""Column of the table -> key in `metrics.json`; from "accuracy" on all are of validation films."""


def write_curves(candidates: list[dict[str, Any]], place: Path) -> None:
    """Write the curves of all candidates as one table.

    Parameters
    ----------
    candidates : list of dict
        As `metrics.json` has them. What an older one lacks, or what has no value, is an empty cell.
    place : Path
        A CSV file; one line for each epoch of each candidate.
    """
    with place.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["backbone", *_COLUMNS])
        for candidate in candidates:
            for row in candidate["curves"]:
                cells = [row.get(key) for key in _COLUMNS.values()]
                writer.writerow([candidate["backbone"], *cells])


def check_tensorboard() -> None:
    """Refuse before anything long starts.

    Raises
    ------
    TrainingError
        `usage` where TensorBoard is not installed.
    """
    try:
        import tensorboard.compat.proto  # noqa: F401  # an extra
    except ModuleNotFoundError as error:
        reason = "--tensorboard needs TensorBoard; install it: pip install 'tensorboard>=2.21,<3'"
        raise TrainingError(Code.USAGE, reason=reason) from error


def write_events(
    curves: tuple[Epoch, ...], folder: Path, *, now: Callable[[], float] = time.time
) -> None:
    """Write the curves of one network for TensorBoard, of a run that is over or still going on.

    One file for each epoch, named after it: a run that goes on after an interruption finds the
    files of the epochs before and writes none of them twice. A single file would have to be
    replaced, and a TensorBoard that is open would go on reading the one that is gone.

    Parameters
    ----------
    curves : tuple of Epoch
    folder : Path
        Of this network in this very run; files of epochs that are not in the curves are removed.
    now : callable () -> float
        The time that an epoch is shown with, in seconds since 1970.
    """
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.summary.writer.record_writer import RecordWriter

    folder.mkdir(parents=True, exist_ok=True)
    places = {folder / f"events.out.tfevents.{row.epoch:010d}": row for row in curves}
    for old in set(folder.glob("events.out.tfevents.*")) - set(places):
        old.unlink()
    for place, row in places.items():
        if place.is_file():
            continue
        # Renamed into place: TensorBoard never sees half a file, nor does a run that goes on.
        unfinished = folder / "unfinished"
        with unfinished.open("wb") as stream:
            writer = RecordWriter(stream)
            for event in (
                Event(wall_time=now(), file_version="brain.Event:2"),
                Event(wall_time=now(), step=row.epoch, summary=_summary(row)),
            ):
                writer.write(event.SerializeToString())
        unfinished.replace(place)


def _summary(row: Epoch) -> Any:
    from tensorboard.compat.proto.summary_pb2 import Summary

    scores = row.validation
    figures = {
        "loss/training": row.loss,
        "loss/validation": scores.cross_entropy,
        "accuracy/training": row.accuracy,
        "accuracy/validation": scores.accuracy,
        "validation/auc": scores.auc,
        "validation/sensitivity": scores.sensitivity,
        "validation/specificity": scores.specificity,
        "learning_rate": row.learning_rate,
    }
    return Summary(
        value=[
            Summary.Value(tag=tag, simple_value=figure)
            for tag, figure in figures.items()
            if figure is not None
        ]
    )
