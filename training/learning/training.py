"""Training one network: whole, or from the boundary of what is frozen."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from training.data.augmentation import augment
from training.data.preparation import Prepared
from training.learning.distillation import by_teachers
from training.learning.feature_cache import frozen_maps, identity_of
from training.learning.fit import Labelled, Lesson, by_labels, fit
from training.learning.losses import loss_of
from training.learning.progress import Epoch, Merit, Progress, Watch, by_ranking
from training.networks.backbones import BACKBONES
from training.networks.freezing import network_of
from training.networks.heads import HEADS
from training.networks.partition import cut
from training.networks.teacher import Teacher
from training.networks.weights import FirstWeights
from training.recipes.augmentation import AugmentRecipe
from training.recipes.fitting import FitRecipe
from training.recipes.network import Freeze
from training.recipes.recipe import Recipe

__all__ = ["Assignment", "train"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One network to train.

    Attributes
    ----------
    backbone : str
        Entry of `training.networks.backbones.BACKBONES`.
    first : FirstWeights
    films, validation : Prepared
        At the recipe's side.
    recipe : Recipe
        Of the network and the augmentation.
    fit : FitRecipe
        Of this training, which may be a continuation.
    seed : int
    folder : Path
        Where its progress is kept.
    cache : Path
        For what frozen layers make.
    teachers : tuple of Teacher
        Given with a recipe that distills.
    merit : callable (Epoch) -> tuple
        Chooses the epoch whose weights are kept.
    watch : callable (tuple of Epoch) -> None, optional
        Is shown the curves after every epoch.
    """

    backbone: str
    first: FirstWeights
    films: Prepared
    validation: Prepared
    recipe: Recipe
    fit: FitRecipe
    seed: int
    folder: Path
    cache: Path
    teachers: tuple[Teacher, ...] = ()
    merit: Merit = by_ranking
    watch: Watch | None = None


def train(order: Assignment) -> tuple[tuple[Epoch, ...], Path]:
    """Train a network.

    Returns
    -------
    tuple of Epoch
        The curves.
    Path
        Weights of the whole network at its best epoch.
    """
    if _views(order) is None:
        return _train_whole(order)
    return _train_from_boundary(order)


def _views(order: Assignment) -> int | None:
    """Of each film, how many views frozen layers see once; None runs them in every step."""
    if order.recipe.network.freeze not in (Freeze.ALL, Freeze.ALL_BUT_LAST_BLOCK):
        return None
    if order.fit.views is None and order.recipe.augment == AugmentRecipe():
        return 1
    return order.fit.views


def _change_of(order: Assignment) -> Callable[[NDArray[Any], np.random.Generator], NDArray[Any]]:
    return lambda picture, draw: augment(picture, order.recipe.augment, draw)


def _weights(films: Prepared) -> NDArray[np.float32] | None:
    return films.weights if any(film.weight != 1 for film in films.films) else None


def _train_whole(order: Assignment) -> tuple[tuple[Epoch, ...], Path]:
    task = order.recipe.data.task

    def build() -> Lesson:
        network = network_of(order.backbone, order.recipe, order.first)
        if order.recipe.distill is None:
            return by_labels(network, loss_of(task, order.fit, order.films.truth), task)
        teachers = tuple(one.network(side=order.recipe.side) for one in order.teachers)
        return by_teachers(network, teachers, order.recipe.distill)

    progress = Progress(order.folder, merit=order.merit, watch=order.watch)
    curves = fit(
        build,
        Labelled(
            items=order.films.pictures, truth=order.films.truth, weights=_weights(order.films)
        ),
        Labelled(items=order.validation.pictures, truth=order.validation.truth),
        recipe=order.fit,
        task=task,
        change=_change_of(order),
        seed=order.seed,
        progress=progress,
    )
    return curves, progress.best_weights


def _train_from_boundary(order: Assignment) -> tuple[tuple[Epoch, ...], Path]:
    task, views = order.recipe.data.task, _views(order) or 1
    keras.utils.set_random_seed(order.seed)
    network = network_of(order.backbone, order.recipe, order.first)
    halves = cut(network)
    maps = [
        _maps(order, halves.frozen, part, views=views)
        for part in order.films.joined or (order.films,)
    ]
    judged = _maps(order, halves.frozen, order.validation, views=None)
    first = halves.trained.get_weights()

    def build() -> Lesson:
        halves.trained.set_weights(first)
        return by_labels(halves.trained, loss_of(task, order.fit, order.films.truth), task)

    progress = Progress(order.folder / "trained-part", merit=order.merit, watch=order.watch)
    curves = fit(
        build,
        Labelled(
            items=maps[0] if len(maps) == 1 else np.concatenate(maps),
            truth=order.films.truth,
            weights=_weights(order.films),
        ),
        Labelled(items=judged[:, 0].astype(np.float32), truth=order.validation.truth),
        recipe=order.fit,
        task=task,
        change=lambda seen, draw: seen[draw.integers(len(seen))].astype(np.float32),
        seed=order.seed,
        progress=progress,
    )
    halves.trained.load_weights(progress.best_weights)
    # The trained part is made of the network's own layers: loading it has completed the network.
    place = order.folder / "best.weights.h5"
    network.save_weights(place)
    return curves, place


def _maps(
    order: Assignment, frozen: keras.Model, films: Prepared, *, views: int | None
) -> NDArray[np.floating[Any]]:
    """Run the frozen layers over films; without a number of views over the films as they are."""
    augmentation = order.recipe.augment
    is_changed = views is not None and augmentation != AugmentRecipe()
    scaling = BACKBONES[order.backbone].scaling
    return frozen_maps(
        frozen,
        films,
        change=_change_of(order) if is_changed else None,
        views=views or 1,
        # What nothing is drawn for is the same under every seed.
        seed=order.seed if is_changed else 0,
        # Pooling and scaling lie in the graph, not in the weights.
        identity=identity_of(
            scaling,
            order.backbone,
            HEADS[order.recipe.network.head].pooling,
            order.recipe.network.freeze,
            augmentation if is_changed else None,
        ),
        cache=order.cache,
    )
