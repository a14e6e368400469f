"""Training one network: whole, or from the boundary of what is frozen."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from training.data.augmentation import augment
from training.data.preparation import Prepared
from training.learning.distillation import by_teachers
from training.learning.feature_cache import frozen_maps, identity_of
from training.learning.fit import FitRun, Labelled, TrainingSetup, by_labels, fit
from training.learning.losses import loss_of
from training.learning.progress import Epoch
from training.networks.backbones import BACKBONES
from training.networks.freezing import network_of
from training.networks.heads import HEADS
from training.networks.partition import cut
from training.networks.teacher import FittedTeacher, Teacher
from training.networks.weights import FirstWeights
from training.recipes.augmentation import AugmentRecipe
from training.recipes.network import Freeze
from training.recipes.recipe import Recipe

__all__ = ["TrainingTask", "train"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingTask:
    """One network to train.

    Attributes
    ----------
    backbone : str
        Entry of `training.networks.backbones.BACKBONES`.
    first : FirstWeights
    films, validation : Prepared
        At the recipe's side.
    recipe : Recipe
        Its `fit` is that of this very run, which may be a continuation.
    run : FitRun
    cache : Path
        For what frozen layers make.
    teachers : tuple of Teacher
        Given with a recipe that distills.
    """

    backbone: str
    first: FirstWeights
    films: Prepared
    validation: Prepared
    recipe: Recipe
    run: FitRun
    cache: Path
    teachers: tuple[Teacher | FittedTeacher, ...] = ()


def train(task: TrainingTask) -> tuple[tuple[Epoch, ...], Path]:
    """Train a network.

    Returns
    -------
    tuple of Epoch
        The curves.
    Path
        Weights of the whole network at its best epoch.
    """
    if _views(task) is None:
        return _train_whole(task)
    return _train_from_boundary(task)


def _views(task: TrainingTask) -> int | None:
    """Of each film, how many views frozen layers see once; None runs them in every step."""
    if task.recipe.network.freeze not in (Freeze.ALL, Freeze.ALL_BUT_LAST_BLOCK):
        return None
    if task.recipe.fit.views is None and task.recipe.augment == AugmentRecipe():
        return 1
    return task.recipe.fit.views


def _change_of(task: TrainingTask) -> Callable[[NDArray[Any], np.random.Generator], NDArray[Any]]:
    return lambda picture, draw: augment(picture, task.recipe.augment, draw)


def _weights(films: Prepared) -> NDArray[np.float32] | None:
    return films.weights if any(film.weight != 1 for film in films.films) else None


def _train_whole(task: TrainingTask) -> tuple[tuple[Epoch, ...], Path]:
    def build() -> TrainingSetup:
        network = network_of(task.backbone, task.recipe, task.first)
        if task.recipe.distill is None:
            return _by_labels(network, task)
        teachers = tuple(one.network(side=task.recipe.side) for one in task.teachers)
        return by_teachers(network, teachers, task.recipe.distill)

    return fit(
        build,
        Labelled(items=task.films.pictures, truth=task.films.truth, weights=_weights(task.films)),
        Labelled(items=task.validation.pictures, truth=task.validation.truth),
        recipe=task.recipe.fit,
        task=task.recipe.data.task,
        change=_change_of(task),
        run=task.run,
    )


def _by_labels(network: keras.Model, task: TrainingTask) -> TrainingSetup:
    kind = task.recipe.data.task
    return by_labels(network, loss_of(kind, task.recipe.fit, task.films.truth), kind)


def _train_from_boundary(task: TrainingTask) -> tuple[tuple[Epoch, ...], Path]:
    keras.utils.set_random_seed(task.run.seed)
    network = network_of(task.backbone, task.recipe, task.first)
    halves = cut(network)
    maps = [
        _maps(task, halves.frozen, part, views=_views(task) or 1)
        for part in task.films.joined or (task.films,)
    ]
    validation = _maps(task, halves.frozen, task.validation, views=None)
    curves, best = fit(
        lambda: _by_labels(halves.trained, task),
        Labelled(
            items=maps[0] if len(maps) == 1 else np.concatenate(maps),
            truth=task.films.truth,
            weights=_weights(task.films),
        ),
        Labelled(items=validation[:, 0].astype(np.float32), truth=task.validation.truth),
        recipe=task.recipe.fit,
        task=task.recipe.data.task,
        change=lambda seen, draw: seen[draw.integers(len(seen))].astype(np.float32),
        run=replace(task.run, folder=task.run.folder / "trained-part"),
    )
    halves.trained.load_weights(best)
    # The trained part is made of the network's own layers: loading it has completed the network.
    place = task.run.folder / "best.weights.h5"
    network.save_weights(place)
    return curves, place


def _maps(
    task: TrainingTask, frozen: keras.Model, films: Prepared, *, views: int | None
) -> NDArray[np.floating[Any]]:
    """Run the frozen layers over films; without a number of views over the films as they are."""
    augmentation = task.recipe.augment
    is_changed = views is not None and augmentation != AugmentRecipe()
    scaling = BACKBONES[task.backbone].scaling
    return frozen_maps(
        frozen,
        films,
        change=_change_of(task) if is_changed else None,
        views=views or 1,
        # What nothing is drawn for is the same under every seed.
        seed=task.run.seed if is_changed else 0,
        # Pooling and scaling lie in the graph, not in the weights.
        identity=identity_of(
            scaling,
            task.backbone,
            HEADS[task.recipe.network.head].pooling,
            task.recipe.network.freeze,
            augmentation if is_changed else None,
        ),
        cache=task.cache,
    )
