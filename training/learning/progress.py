"""What a training has reached: its curves, its best weights, and where to go on from."""

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import keras

from training.learning.weight_average import RunningMean
from training.metrics.scores import Scores
from training.recipes.fitting import FitRecipe, Monitor

__all__ = [
    "EPOCH_SCORES",
    "Epoch",
    "EpochScore",
    "Progress",
    "best_weights",
    "by_auc",
    "by_recency",
    "is_over",
    "read_curves",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One row of the curves.

    Attributes
    ----------
    epoch : int
        From 1 on.
    learning_rate : float
        At its last step.
    loss : float
        Mean training loss.
    accuracy : float or None
        Of the augmented fit films during the epoch; None in distillation, which has no labels.
    validation : Scores
        Of uncalibrated probabilities at 0.5.
    """

    epoch: int
    learning_rate: float
    loss: float
    accuracy: float | None
    validation: Scores


EpochScore = Callable[[Epoch], tuple[float, float]]
"""What the best epoch of a network has most of; the second figure breaks ties."""


def by_auc(row: Epoch) -> tuple[float, float]:
    """Score by AUC, ties by accuracy.

    Accuracy at an uncalibrated 0.5 jumps by several points between epochs whose ranking of the
    films is nearly the same, and calibration moves that 0.5 anyway.
    """
    return row.validation.auc, row.validation.accuracy


def by_recency(row: Epoch) -> tuple[float, float]:
    """Keep the last epoch: of a continuation that is fitted on the validation films too."""
    return float(row.epoch), 0.0


EPOCH_SCORES: Final[Mapping[Monitor, EpochScore]] = MappingProxyType(
    {
        Monitor.AUC: by_auc,
        Monitor.ACCURACY: lambda row: by_auc(row)[::-1],
        Monitor.LOSS: lambda row: (-row.validation.cross_entropy, row.validation.auc),
    }
)


class Progress(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Validates after each epoch, keeps the best weights, and lets an interrupted run resume.

    `curves.json` is written last, in one piece: an epoch that is not in it is trained again, so
    Ctrl-C or a kill costs at most one epoch and never leaves files that disagree.

    Parameters
    ----------
    folder : Path
    recipe : FitRecipe
        Says when the run is over: `epochs`, `patience`.
    score : callable (Epoch) -> tuple of float
    validate : callable () -> Scores
    network : keras.Model
        Whose weights are kept.
    mean : RunningMean or None
        Resumed with the model that is fitted.
    """

    def __init__(  # one callback, made in one place
        self,
        folder: Path,
        *,
        recipe: FitRecipe,
        score: EpochScore,
        validate: Callable[[], Scores],
        network: keras.Model,
        mean: RunningMean | None = None,
    ) -> None:
        super().__init__()
        self._folder, self._recipe, self._score = folder, recipe, score
        self._validate, self._network, self._mean = validate, network, mean
        self.curves = read_curves(folder)

    def on_train_begin(self, logs: Any = None) -> None:
        """Put weights, optimizer and running mean back as they were after the last epoch."""
        del logs
        if not self.curves:
            return
        if not self.model.optimizer.built:  # otherwise the file's optimizer would be passed over
            self.model.optimizer.build(self.model.trainable_variables)
        self.model.load_weights(self._state("weights.h5"))
        if self._mean is not None:
            self._mean.load(self._state("mean.npz"))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """Add a row, and tell the callbacks that follow its validation figures in `logs`."""
        rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        with self._mean.applied() if self._mean else nullcontext():
            scores = self._validate()
            row = Epoch(
                epoch=epoch + 1,
                learning_rate=rate,
                loss=logs["loss"],
                accuracy=logs.get("accuracy"),
                validation=scores,
            )
            self.curves = (*self.curves, row)
            best = max(self.curves, key=self._score)
            if best is row:
                self._network.save_weights(best_weights(self._folder, best))
        self._commit(best)
        for name in ("accuracy", "auc", "sensitivity", "specificity"):
            logs[f"val_{name}"] = getattr(scores, name)
        logs["val_loss"] = scores.cross_entropy
        self.model.stop_training = is_over(self.curves, self._recipe, self._score)

    def on_train_end(self, logs: Any = None) -> None:
        """Drop what only a continuation would need."""
        del logs
        for path in self._folder.glob("after-*"):
            path.unlink()

    def _commit(self, best: Epoch) -> None:
        self.model.save_weights(self._state("weights.h5"))  # its optimizer too
        if self._mean is not None:
            self._mean.save(self._state("mean.npz"))
        unfinished = self._folder / "curves.part"
        unfinished.write_text(json.dumps([asdict(row) for row in self.curves], indent=1), "utf-8")
        unfinished.replace(self._folder / "curves.json")
        needed = {f"after-{len(self.curves)}", f"best-{best.epoch}", "curves"}
        for path in self._folder.iterdir():
            if path.name.split(".")[0] not in needed:
                path.unlink()

    def _state(self, ending: str) -> Path:
        return self._folder / f"after-{len(self.curves)}.{ending}"


def best_weights(folder: Path, best: Epoch) -> Path:
    """Name the file of the best epoch's weights."""
    return folder / f"best-{best.epoch}.weights.h5"


def read_curves(folder: Path) -> tuple[Epoch, ...]:
    """Read the epochs that are complete."""
    place = folder / "curves.json"
    rows = json.loads(place.read_text("utf-8")) if place.is_file() else []
    return tuple(Epoch(**{**row, "validation": Scores(**row["validation"])}) for row in rows)


def is_over(curves: tuple[Epoch, ...], recipe: FitRecipe, score: EpochScore) -> bool:
    """Say whether all epochs are done, or as many without a better one as patience bears."""
    if not curves or len(curves) >= recipe.epochs:
        return bool(curves)
    return len(curves) - max(curves, key=score).epoch >= recipe.patience
