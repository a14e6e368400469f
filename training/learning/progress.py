"""What a training has reached: its curves, its best weights, and how to go on from there."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import keras

from training.learning.weight_average import RunningMean
from training.metrics.scores import Scores
from training.recipes.fitting import Monitor

__all__ = ["MERITS", "Epoch", "Merit", "Progress", "Watch", "by_ranking", "by_recency"]


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
        Share of the films, changed as they were, that were called right on the way; None where a
        network does not learn from labels.
    validation : Scores
        Of raw, uncalibrated probabilities at 0.5.
    """

    epoch: int
    learning_rate: float
    loss: float
    accuracy: float | None
    validation: Scores


Merit = Callable[[Epoch], tuple[float, float]]
"""Chooses between the epochs of one network: the one with the greatest."""

Watch = Callable[[tuple[Epoch, ...]], None]
"""Is shown the curves after every epoch."""


def by_ranking(row: Epoch) -> tuple[float, float]:
    """Choose by AUC, ties by accuracy.

    Accuracy at a raw 0.5 jumps by several points from one epoch to the next while the ranking of
    the films hardly changes, and calibration will move that 0.5 anyway.
    """
    return row.validation.auc, row.validation.accuracy


def by_recency(row: Epoch) -> tuple[float, float]:
    """Keep the last epoch: for a continuation on films that validation would judge too kindly."""
    return float(row.epoch), 0.0


def _by_accuracy(row: Epoch) -> tuple[float, float]:
    return row.validation.accuracy, row.validation.auc


def _by_loss(row: Epoch) -> tuple[float, float]:
    return -row.validation.cross_entropy, row.validation.auc


MERITS: Final[Mapping[Monitor, Merit]] = MappingProxyType(
    {Monitor.AUC: by_ranking, Monitor.ACCURACY: _by_accuracy, Monitor.LOSS: _by_loss}
)


class Progress:
    """What has been reached, on disk, so that Ctrl-C or a kill costs at most one epoch.

    Parameters
    ----------
    folder : Path
        Holds `curves.json`, `best.weights.h5` and, while it runs, the state after an epoch.
    merit : callable (Epoch) -> tuple
        Chooses the best epoch.
    watch : callable (tuple of Epoch) -> None, optional
        Is shown the curves after every epoch.
    """

    def __init__(
        self, folder: Path, *, merit: Merit = by_ranking, watch: Watch | None = None
    ) -> None:
        self._folder = folder
        self.merit = merit
        self._watch = watch
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def best_weights(self) -> Path:
        """Weights of the best epoch."""
        return self._folder / "best.weights.h5"

    def curves(self) -> tuple[Epoch, ...]:
        """Read the epochs that are complete."""
        place = self._folder / "curves.json"
        if not place.is_file():
            return ()
        rows = json.loads(place.read_text("utf-8"))
        return tuple(Epoch(**{**row, "validation": Scores(**row["validation"])}) for row in rows)

    def restore(self, trained: keras.Model, means: list[RunningMean], *, epoch: int) -> None:
        """Put weights, optimizer and running means back as they were after an epoch."""
        if not trained.optimizer.built:  # a second time, a scaled loss would get new variables
            trained.optimizer.build(trained.trainable_variables)
        trained.load_weights(self._state(epoch, "weights.h5"))
        for mean in means:
            mean.load(self._state(epoch, "mean.npz"))

    def keep(self, trained: keras.Model, means: list[RunningMean], *, epoch: int) -> None:
        """Keep what a continuation needs; of a compiled network that is the optimizer too."""
        trained.save_weights(self._state(epoch, "weights.h5"))
        for mean in means:
            mean.save(self._state(epoch, "mean.npz"))

    def complete(self, network: keras.Model, curves: tuple[Epoch, ...]) -> None:
        """Add an epoch: its weights if it is the best, then the curves, which say what is whole."""
        if all(self.merit(curves[-1]) > self.merit(row) for row in curves[:-1]):
            # Renamed into place: a kill while it is written leaves the best one so far whole.
            fresh = self._folder / "fresh.weights.h5"
            network.save_weights(fresh)
            fresh.replace(self.best_weights)
        unfinished = self._folder / "curves.part"
        unfinished.write_text(json.dumps([asdict(row) for row in curves], indent=1), "utf-8")
        unfinished.replace(self._folder / "curves.json")
        self._drop_states(but=curves[-1].epoch)
        if self._watch is not None:
            self._watch(curves)

    def finish(self) -> None:
        """Drop what only a continuation would need."""
        self._drop_states(but=None)

    def _state(self, epoch: int, ending: str) -> Path:
        return self._folder / f"after-{epoch}.{ending}"

    def _drop_states(self, *, but: int | None) -> None:
        for path in self._folder.glob("after-*"):
            if not path.name.startswith(f"after-{but}."):
                path.unlink()
