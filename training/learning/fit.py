"""Fitting one network by one call of Keras' `fit`, resumed after an interruption."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from cxr_app.spec import Task
from training.data.batches import Batches, Targets
from training.data.sampling import SAMPLERS
from training.errors import TrainingCode, TrainingError
from training.learning.optimizers import optimizer_of
from training.learning.progress import Epoch, EpochScore, Progress, by_auc
from training.learning.schedules import EPOCH_RATES, SCHEDULES
from training.learning.tasks import TASKS
from training.metrics.scores import Scores
from training.recipes.fitting import FitRecipe

__all__ = ["FitRun", "Labelled", "TrainingSetup", "by_labels", "fit", "targets_of"]

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
class TrainingSetup:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRun:
    """What tells one run from another.

    Attributes
    ----------
    folder : Path
        Of its curves and weights; what is complete there is not trained again.
    seed : int
    score : callable (Epoch) -> tuple of float
        Chooses the epoch whose weights are kept.
    logs : Path or None
        Folder for TensorBoard.
    """

    folder: Path
    seed: int
    score: EpochScore = by_auc
    logs: Path | None = None


def by_labels(
    network: keras.Model, loss: Callable[[Any, Any], Any], task: Task = Task.BINARY
) -> TrainingSetup:
    """Train a network on the films' labels."""
    return TrainingSetup(
        network=network, trained=network, loss=loss, metrics=(TASKS[task].accuracy(),)
    )


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
    build: Callable[[], TrainingSetup],
    films: Labelled,
    validation: Labelled,
    *,
    recipe: FitRecipe,
    task: Task = Task.BINARY,
    change: Callable[[NDArray[Any], np.random.Generator], NDArray[Any]],
    run: FitRun,
) -> tuple[tuple[Epoch, ...], Path]:
    """Train a network, or resume where an interrupted run stopped.

    Parameters
    ----------
    build : callable () -> TrainingSetup
        Makes the network with its first weights.
    films, validation : Labelled
    recipe : FitRecipe
    task : Task
    change : callable (item, generator) -> item
        The augmentation.
    run : FitRun

    Returns
    -------
    tuple of Epoch
        The curves.
    Path
        Weights of the network at its best epoch.

    Raises
    ------
    TrainingError
        `data_invalid` where the network gives values that are not finite.
    """
    progress = Progress(run.folder, recipe=recipe, score=run.score)
    if not progress.is_over:
        keras.utils.set_random_seed(run.seed)
        setup = build()
        batches = Batches(
            films.items,
            targets_of(films, recipe, task),
            sample=lambda draw: SAMPLERS[recipe.sampler](films.truth, draw),
            size=recipe.batch,
            change=change,
            seed=run.seed,
        )
        rate = SCHEDULES[recipe.schedule](recipe, len(batches))
        setup.trained.compile(
            optimizer=optimizer_of(recipe, rate), loss=setup.loss, metrics=list(setup.metrics)
        )
        progress.follow(setup.network, lambda: _validate(setup.network, validation, task))
        setup.trained.fit(
            batches,
            epochs=recipe.epochs,
            initial_epoch=len(progress.curves),
            shuffle=False,
            callbacks=_callbacks(recipe, run, batches, progress),
        )
    return progress.curves, progress.best_weights


def _callbacks(
    recipe: FitRecipe, run: FitRun, batches: Batches, progress: Progress
) -> list[keras.callbacks.Callback]:
    callbacks = [
        keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, _logs: batches.draw(epoch)),
        progress,
    ]
    rate = EPOCH_RATES.get(recipe.schedule)
    if rate is not None:
        callbacks.append(
            keras.callbacks.LearningRateScheduler(
                lambda _epoch, _rate: rate(
                    recipe, [row.validation.cross_entropy for row in progress.curves]
                )
            )
        )
    if run.logs is not None:
        callbacks.append(keras.callbacks.TensorBoard(run.logs, write_graph=False))
    return callbacks


def _validate(network: keras.Model, films: Labelled, task: Task) -> Scores:
    logits = network.predict(films.items, batch_size=PREDICTED_AT_ONCE, verbose=0)
    if not np.isfinite(logits).all():
        reason = f"{network.name} gives values that are not numbers; lower fit.learning_rate"
        raise TrainingError(TrainingCode.DATA_INVALID, place="training", reason=reason)
    entry = TASKS[task]
    return entry.score(films.truth, entry.probabilities(logits))
