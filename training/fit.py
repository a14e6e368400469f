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

from training.batches import Batches, Targets
from training.metrics import Scores, balanced_weights, score
from training.recipe import FitRecipe

__all__ = ["Epoch", "Labelled", "Progress", "fit", "looked_for", "optimizer_of", "targets_of"]

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

    @property
    def merit(self) -> tuple[float, float]:
        """What chooses between epochs and candidates: accuracy, ties by AUC."""
        return self.validation.accuracy, self.validation.auc


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
        Holds `curves.json`, `best.weights.h5` and, while it runs, `last.weights.h5`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
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

    def restore(self, network: keras.Model) -> None:
        """Put weights and optimizer back as they were after the last complete epoch."""
        network.optimizer.build(network.trainable_variables)
        network.load_weights(self._last_weights)

    def save(self, network: keras.Model, curves: tuple[Epoch, ...]) -> None:
        """Keep an epoch. `curves.json` is written last: it says what is complete."""
        if curves[-1].merit == max(row.merit for row in curves):
            network.save_weights(self.best_weights)
        # Of a compiled network this holds the optimizer's state too.
        fresh = self._folder / "fresh.weights.h5"
        network.save_weights(fresh)
        fresh.replace(self._last_weights)
        unfinished = self._folder / "curves.part"
        unfinished.write_text(json.dumps([asdict(row) for row in curves], indent=1), "utf-8")
        unfinished.replace(self._folder / "curves.json")

    def finish(self) -> None:
        """Drop what only a continuation would need."""
        self._last_weights.unlink(missing_ok=True)

    @property
    def _last_weights(self) -> Path:
        return self._folder / "last.weights.h5"


def fit(
    build: Callable[[], keras.Model],
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
    build : callable () -> keras.Model
        Makes the network with its first weights: items to logits.
    films, validation : Labelled
    recipe : FitRecipe
    change : callable (item, generator) -> item
        The augmentation.
    seed : int
    progress : Progress
        Where epochs are kept; its `best_weights` are those of the best epoch by validation
        accuracy, ties by AUC.

    Returns
    -------
    tuple of Epoch
        The curves.
    """
    keras.utils.set_random_seed(seed)
    network = build()
    network.compile(
        optimizer=optimizer_of(recipe, n_films=len(films.labels), epochs=recipe.epochs),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    )
    curves = progress.curves()
    if curves and not _is_over(curves, recipe):
        progress.restore(network)
    targets = targets_of(films.labels, recipe)
    while not _is_over(curves, recipe):
        batches = Batches(
            films.items, targets, size=recipe.batch, change=change, seed=seed, epoch=len(curves)
        )
        loss = network.fit(batches, shuffle=False, verbose="auto").history["loss"][-1]
        logits = network.predict(validation.items, batch_size=64, verbose=0)
        row = Epoch(
            epoch=len(curves) + 1,
            loss=float(loss),
            validation=score(validation.labels, looked_for(logits)),
        )
        curves = (*curves, row)
        progress.save(network, curves)
        log.info(
            "%s epoch %d of %d: loss %.4f, validation accuracy %.4f, AUC %.4f",
            network.name,
            row.epoch,
            recipe.epochs,
            row.loss,
            row.validation.accuracy,
            row.validation.auc,
        )
    progress.finish()
    return curves


def _is_over(curves: tuple[Epoch, ...], recipe: FitRecipe) -> bool:
    if len(curves) >= recipe.epochs:
        return True
    if not curves:
        return False
    best = max(curves, key=lambda row: row.merit)
    return curves[-1].epoch - best.epoch >= recipe.patience
