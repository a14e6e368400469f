"""Fitting one network: epochs, validation after each, resumed after an interruption."""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from cxr_app.spec import Task
from training.data.batches import Batches, Targets
from training.data.sampling import SAMPLERS
from training.learning.optimizers import optimizer_of
from training.learning.progress import Epoch, Merit, Progress
from training.learning.random_state import seed_chance
from training.learning.schedules import SCHEDULES
from training.learning.tasks import TASKS
from training.learning.weight_average import RunningMean
from training.recipes.fitting import FitRecipe

__all__ = ["Labelled", "Lesson", "by_labels", "fit", "targets_of"]

log = logging.getLogger(__name__)

PREDICTED_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What a network sees, and what it should say.

    Attributes
    ----------
    items : ndarray [N, ...]
        Pictures uint8 [N, side, side, 1], or what frozen layers made of them.
    truth : ndarray, uint8 [N, C]
        1 where an item is of a class.
    weights : ndarray, float32 [N], or None
        How much each counts in training beside the others; None where all count alike.
    """

    items: NDArray[Any]
    truth: NDArray[np.uint8]
    weights: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A network, and what it is trained by.

    Attributes
    ----------
    network : keras.Model
        Items to logits; this one is validated and kept.
    trained : keras.Model
        What the optimizer moves: the network itself, or a model around it.
    loss : callable (targets, outputs of `trained`) -> tensor (batch,)
    metrics : tuple of keras.metrics.Metric
        Of training; one called "accuracy" goes into the curves.
    """

    network: keras.Model
    trained: keras.Model
    loss: Callable[[Any, Any], Any]
    metrics: tuple[Any, ...] = ()


def by_labels(
    network: keras.Model, loss: Callable[[Any, Any], Any], task: Task = Task.BINARY
) -> Lesson:
    """Train a network on the films' labels."""
    return Lesson(network=network, trained=network, loss=loss, metrics=(TASKS[task].accuracy(),))


def targets_of(films: Labelled, recipe: FitRecipe, task: Task = Task.BINARY) -> Targets:
    """Make the targets of a run, smoothed and weighed as the recipe says."""
    truth = films.truth
    # Smoothing shares out among the classes; a finding alone has two: there and not there.
    n_choices = 2 if task is Task.MULTILABEL else truth.shape[1]
    classes = truth * (1 - recipe.label_smoothing) + recipe.label_smoothing / n_choices
    weights = np.ones(len(truth), np.float32) if films.weights is None else films.weights
    if recipe.balance_classes:
        weights = TASKS[task].weights(truth, weights)
    return Targets(classes=classes.astype(np.float32), weights=weights / weights.mean())


def fit(
    build: Callable[[], Lesson],
    films: Labelled,
    validation: Labelled,
    *,
    recipe: FitRecipe,
    task: Task = Task.BINARY,
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
    task : Task
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
    schedule = SCHEDULES[recipe.schedule]
    sampler = SAMPLERS[recipe.sampler]
    shown = len(sampler(films.truth, np.random.default_rng(seed)))
    steps = max(1, math.ceil(shown / recipe.batch) * recipe.epochs)
    trained.compile(
        optimizer=optimizer_of(recipe, schedule.start(recipe, steps)),
        loss=lesson.loss,
        metrics=list(lesson.metrics),
    )
    means = [RunningMean(network, recipe.average)] if recipe.average else []
    targets = targets_of(films, recipe, task)
    curves = progress.curves()
    while not _is_over(curves, recipe, progress.merit):
        if curves:
            progress.restore(trained, means, epoch=len(curves))
        if schedule.after is not None:
            losses = [row.validation.cross_entropy for row in curves]
            trained.optimizer.learning_rate = schedule.after(recipe, losses)
        seed_chance(trained, seed=seed, epoch=len(curves))
        draw = np.random.default_rng((seed, len(curves)))
        batches = Batches(
            films.items,
            targets,
            order=sampler(films.truth, draw),
            size=recipe.batch,
            change=change,
            seed=(seed, len(curves)),
        )
        history = trained.fit(batches, shuffle=False, verbose="auto", callbacks=means).history
        progress.keep(trained, means, epoch=len(curves) + 1)
        for mean in means:
            network.set_weights(mean.weights())
        rate = float(keras.ops.convert_to_numpy(trained.optimizer.learning_rate))
        row = _row(network, validation, task, history, epoch=len(curves) + 1, rate=rate)
        curves = (*curves, row)
        progress.complete(network, curves)
    progress.finish()
    return curves


def _row(
    network: keras.Model,
    films: Labelled,
    task: Task,
    history: dict[str, list[float]],
    *,
    epoch: int,
    rate: float,
) -> Epoch:
    logits = network.predict(films.items, batch_size=PREDICTED_AT_ONCE, verbose=0)
    if not np.isfinite(logits).all():
        reason = f"{network.name} gives values that are not numbers; lower fit.learning_rate"
        raise TrainingError(Code.DATA_INVALID, place="training", reason=reason)
    entry = TASKS[task]
    accuracy = history.get("accuracy")
    row = Epoch(
        epoch=epoch,
        learning_rate=rate,
        loss=float(history["loss"][-1]),
        accuracy=None if accuracy is None else float(accuracy[-1]),
        validation=entry.score(films.truth, entry.probabilities(logits)),
    )
    log.info(
        "%s epoch %d: loss %.4f, validation accuracy %.4f, AUC %.4f",
        network.name,
        row.epoch,
        row.loss,
        row.validation.accuracy,
        row.validation.auc,
    )
    return row


def _is_over(curves: tuple[Epoch, ...], recipe: FitRecipe, merit: Merit) -> bool:
    if len(curves) >= recipe.epochs:
        return True
    if not curves:
        return False
    best = max(curves, key=merit)
    return curves[-1].epoch - best.epoch >= recipe.patience
