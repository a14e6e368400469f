"""Fitting one network: epochs, validation after each, resumed after an interruption."""

import json
import logging
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from training.average import RunningMean
from training.batches import Batches, Targets
from training.metrics import Scores, balanced_weights, score
from training.recipe import FitRecipe

__all__ = [
    "Epoch",
    "Labelled",
    "Lesson",
    "Progress",
    "by_labels",
    "by_ranking",
    "by_recency",
    "fit",
    "looked_for",
    "optimizer_of",
    "targets_of",
]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One row of the curves.

    Attributes
    ----------
    epoch : int
        From 1 on.
    loss : float
        Mean training loss.
    validation : Scores
        Of raw, uncalibrated probabilities at 0.5.
    """

    epoch: int
    loss: float
    validation: Scores


def by_ranking(row: Epoch) -> tuple[float, float]:
    """Choose between the epochs of one network: AUC, ties by accuracy.

    Accuracy at a raw 0.5 jumps by several points from one epoch to the next while the ranking of
    the films hardly changes, and calibration will move that 0.5 anyway.
    """
    return row.validation.auc, row.validation.accuracy


def by_recency(row: Epoch) -> tuple[float, float]:
    """Keep the last epoch: for a continuation on films that validation would judge too kindly."""
    return float(row.epoch), 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What a network sees, and what it should say.

    Attributes
    ----------
    items : ndarray [N, ...]
        Pictures uint8 [N, side, side, 1], or features float32 [N, k].
    labels : ndarray, int64 [N]
    """

    items: NDArray[Any]
    labels: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A network, and what it is trained by.

    Attributes
    ----------
    network : keras.Model
        Items to logits; this one is validated and kept.
    trained : keras.Model
        What the optimizer moves: the network itself, or a model around it.
    loss : callable (targets, outputs of `trained`) -> tensor
    """

    network: keras.Model
    trained: keras.Model
    loss: Callable[[Any, Any], Any]


def by_labels(network: keras.Model) -> Lesson:
    """Train a network on the films' labels: cross-entropy."""
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    return Lesson(network=network, trained=network, loss=loss)


def looked_for(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Turn logits [N, 2] into the raw probability of the second class, float64 [N]."""
    margin = logits[:, 1].astype(np.float64) - logits[:, 0]
    probability: NDArray[np.float64] = 0.5 * (1 + np.tanh(margin / 2))
    return probability


def targets_of(labels: NDArray[np.int64], recipe: FitRecipe) -> Targets:
    """Make the targets of a two-class run, smoothed and weighed as the recipe says."""
    classes = np.eye(2, dtype=np.float32)[labels]
    classes = classes * (1 - recipe.label_smoothing) + recipe.label_smoothing / 2
    weights = balanced_weights(labels) if recipe.balance_classes else np.ones(len(labels))
    return Targets(classes=classes.astype(np.float32), weights=weights.astype(np.float32))


def optimizer_of(recipe: FitRecipe, *, n_films: int, epochs: int) -> keras.Optimizer:
    """AdamW with warm-up and cosine; batch-norm's scales, offsets and biases do not decay."""
    steps = max(1, math.ceil(n_films / recipe.batch) * epochs)
    warmup = min(recipe.warmup_steps, steps // 2)
    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup else recipe.learning_rate,
        decay_steps=steps - warmup,
        warmup_target=recipe.learning_rate if warmup else None,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(
        learning_rate=rate, weight_decay=recipe.weight_decay, global_clipnorm=recipe.clip_norm
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


class Progress:
    """What has been reached, on disk, so that Ctrl-C or a kill costs at most one epoch.

    Parameters
    ----------
    folder : Path
        Holds `curves.json`, `best.weights.h5` and, while it runs, the state after an epoch.
    merit : callable (Epoch) -> tuple
        Chooses the best epoch.
    """

    def __init__(
        self, folder: Path, *, merit: Callable[[Epoch], tuple[float, float]] = by_ranking
    ) -> None:
        self._folder = folder
        self.merit = merit
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

    def finish(self) -> None:
        """Drop what only a continuation would need."""
        self._drop_states(but=None)

    def _state(self, epoch: int, ending: str) -> Path:
        return self._folder / f"after-{epoch}.{ending}"

    def _drop_states(self, *, but: int | None) -> None:
        for path in self._folder.glob("after-*"):
            if not path.name.startswith(f"after-{but}."):
                path.unlink()


def fit(
    build: Callable[[], Lesson],
    films: Labelled,
    validation: Labelled,
    *,
    recipe: FitRecipe,
    change: Callable[[NDArray[Any], np.random.Generator], NDArray[Any]],
    seed: int,
    progress: Progress,
) -> tuple[Epoch, ...]:
    """Train a network, or go on where an interrupted run stopped.

    Parameters
    ----------
    build : callable () -> Lesson
        Makes the network with its first weights.
    films, validation : Labelled
    recipe : FitRecipe
    change : callable (item, generator) -> item
        The augmentation.
    seed : int
    progress : Progress
        Where epochs are kept; its `best_weights` are those of the best epoch.

    Returns
    -------
    tuple of Epoch
        The curves.
    """
    keras.utils.set_random_seed(seed)
    lesson = build()
    network, trained = lesson.network, lesson.trained
    trained.compile(
        optimizer=optimizer_of(recipe, n_films=len(films.labels), epochs=recipe.epochs),
        loss=lesson.loss,
    )
    means = [RunningMean(network, recipe.average)] if recipe.average else []
    targets = targets_of(films.labels, recipe)
    curves = progress.curves()
    while not _is_over(curves, recipe, progress.merit):
        if curves:
            progress.restore(trained, means, epoch=len(curves))
        batches = Batches(
            films.items, targets, size=recipe.batch, change=change, seed=seed, epoch=len(curves)
        )
        history = trained.fit(batches, shuffle=False, verbose="auto", callbacks=means).history
        progress.keep(trained, means, epoch=len(curves) + 1)
        for mean in means:
            network.set_weights(mean.weights())
        curves = (*curves, _validated(network, validation, len(curves) + 1, history["loss"][-1]))
        progress.complete(network, curves)
    progress.finish()
    return curves


def _validated(network: keras.Model, films: Labelled, epoch: int, loss: float) -> Epoch:
    logits = network.predict(films.items, batch_size=64, verbose=0)
    if not np.isfinite(logits).all():
        reason = f"{network.name} gives values that are not numbers; lower fit.learning_rate"
        raise TrainingError(Code.DATA_INVALID, place="training", reason=reason)
    row = Epoch(epoch=epoch, loss=float(loss), validation=score(films.labels, looked_for(logits)))
    log.info(
        "%s epoch %d: loss %.4f, validation accuracy %.4f, AUC %.4f",
        network.name,
        row.epoch,
        row.loss,
        row.validation.accuracy,
        row.validation.auc,
    )
    return row


def _is_over(
    curves: tuple[Epoch, ...], recipe: FitRecipe, merit: Callable[[Epoch], tuple[float, float]]
) -> bool:
    if len(curves) >= recipe.epochs:
        return True
    if not curves:
        return False
    best = max(curves, key=merit)
    return curves[-1].epoch - best.epoch >= recipe.patience
