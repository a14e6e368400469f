"""What a training has reached: its curves, its best weights, and where to go on from."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import keras
from keras import ops

from training.learning.weight_average import RunningMean
from training.metrics.scores import Scores
from training.recipes.fitting import FitRecipe, Monitor

__all__ = ["EPOCH_SCORES", "Epoch", "EpochScore", "Progress", "by_auc", "by_recency"]


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

    `epochs.json` is written last, in one piece: an epoch that is not in it is trained again, so
    Ctrl-C or a kill costs at most one epoch and never leaves files that disagree.

    Parameters
    ----------
    folder : Path
        Of this run alone.
    recipe : FitRecipe
    score : callable (Epoch) -> tuple of float
        Chooses the best epoch.
    """

    def __init__(self, folder: Path, *, recipe: FitRecipe, score: EpochScore) -> None:
        super().__init__()
        self._folder, self._recipe, self._score = folder, recipe, score
        self._table = folder / "epochs.json"
        rows = json.loads(self._table.read_text("utf-8")) if self._table.is_file() else []
        self.curves = tuple(
            Epoch(**{**row, "validation": Scores(**row["validation"])}) for row in rows
        )

    @property
    def is_over(self) -> bool:
        """Whether all epochs are done, or as many without a better one as patience bears."""
        waited = len(self.curves) - self._best.epoch if self.curves else 0
        return len(self.curves) >= self._recipe.epochs or waited >= self._recipe.patience

    @property
    def best_weights(self) -> Path:
        """Weights of the best epoch."""
        return self._folder / f"best-{self._best.epoch}.weights.h5"

    @property
    def _best(self) -> Epoch:
        return max(self.curves, key=self._score)

    def follow(self, network: keras.Model, validate: Callable[[], Scores]) -> None:
        """Say whose weights are validated and kept: those of the fitted model, or of a part."""
        self._network, self._validate = network, validate
        self._mean = RunningMean(network, self._recipe.average)

    def on_train_begin(self, logs: Any = None) -> None:
        """Put weights, optimizer and running mean back as they were after the last epoch."""
        del logs
        self._folder.mkdir(parents=True, exist_ok=True)
        if self.curves:
            if not self.model.optimizer.built:  # or the file's optimizer would be passed over
                self.model.optimizer.build(self.model.trainable_variables)
            self.model.load_weights(self._state("weights.h5"))
            self._mean.load(self._state("mean.npz"))

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Let the running mean take in a step."""
        del batch, logs
        if self._recipe.average:
            # Asking for `self.model` makes a backend that holds weights apart write them back.
            self._mean.update(self.model.optimizer.iterations)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """Add a row, and tell the callbacks that follow its validation figures in `logs`."""
        with self._mean.applied():
            row = Epoch(
                epoch=epoch + 1,
                learning_rate=float(ops.convert_to_numpy(self.model.optimizer.learning_rate)),
                loss=logs["loss"],
                accuracy=logs.get("accuracy"),
                validation=self._validate(),
            )
            self.curves = (*self.curves, row)
            if self._best is row:
                self._network.save_weights(self.best_weights)
        self._commit()
        logs["val_loss"] = row.validation.cross_entropy
        for name in ("accuracy", "auc", "sensitivity", "specificity"):
            logs[f"val_{name}"] = getattr(row.validation, name)
        self.model.stop_training = self.is_over

    def on_train_end(self, logs: Any = None) -> None:
        """Drop what only a continuation would need."""
        del logs
        for path in self._folder.glob("after-*"):
            path.unlink()

    def _commit(self) -> None:
        self.model.save_weights(self._state("weights.h5"))  # its optimizer too
        self._mean.save(self._state("mean.npz"))
        unfinished = self._folder / "epochs.part"
        unfinished.write_text(json.dumps([asdict(row) for row in self.curves], indent=1), "utf-8")
        unfinished.replace(self._table)
        needed = {f"after-{len(self.curves)}", self.best_weights.name.split(".")[0], "epochs"}
        for path in self._folder.iterdir():
            if path.name.split(".")[0] not in needed:
                path.unlink()

    def _state(self, ending: str) -> Path:
        return self._folder / f"after-{len(self.curves)}.{ending}"
