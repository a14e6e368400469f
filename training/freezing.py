"""What of a network is trained, and training it: whole, or from the boundary of what is frozen."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from training.augment import augment
from training.boundary import cut
from training.distill import by_teachers
from training.fit import Labelled, Lesson, by_labels, fit
from training.frozen import frozen_maps, identity_of
from training.graphs import build_fitted
from training.heads import HEADS
from training.losses import loss_of
from training.networks import BACKBONES
from training.precision import computing_in
from training.prepare import Prepared
from training.progress import Epoch, Merit, Progress, Watch, by_ranking
from training.recipe import AugmentRecipe, FitRecipe, Freeze, Recipe
from training.teacher import Teacher
from training.weights import FirstWeights, start_from

__all__ = ["Assignment", "hold", "network_of", "train", "trainable_count"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One network to train.

    Attributes
    ----------
    backbone : str
        Entry of `training.networks.BACKBONES`.
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


def network_of(backbone: str, recipe: Recipe, first: FirstWeights) -> keras.Model:
    """Build a candidate with its first weights, pictures to logits; what is frozen is held."""
    held = HEADS[recipe.network.head].held if recipe.network.freeze is Freeze.ALL else ()
    with computing_in(recipe.fit.precision):
        network = start_from(
            first,
            lambda weights: build_fitted(
                BACKBONES[backbone],
                HEADS[recipe.network.head],
                recipe.shape,
                weights=weights,
                side=recipe.side,
            ),
            held=held,
        )
    return hold(network, recipe)


def hold(network: keras.Model, recipe: Recipe) -> keras.Model:
    """Freeze what the recipe freezes; a frozen batch-norm infers.

    Raises
    ------
    TrainingError
        `recipe_invalid` where the network has no layer of the name of the first trained one.
    """
    names = [layer.name for layer in network.layers]
    first = _first_trained(network.name, recipe)
    if first is None:
        return network
    if first not in names:
        reason = f"network.first_trained: {network.name} has no layer '{first}'"
        raise TrainingError(Code.RECIPE_INVALID, file=recipe.name, reason=reason)
    for layer in network.layers[: names.index(first)]:
        layer.trainable = False
    if recipe.network.freeze is Freeze.ALL:
        for name in HEADS[recipe.network.head].held:
            network.get_layer(name).trainable = False
    return network


def _first_trained(backbone: str, recipe: Recipe) -> str | None:
    match recipe.network.freeze:
        case Freeze.ALL:
            return "pooled"
        case Freeze.ALL_BUT_LAST_BLOCK:
            return BACKBONES[backbone].last_block
        case _:
            return recipe.network.first_trained


def trainable_count(network: keras.Model) -> int:
    """Count the parameters that training moves."""
    return sum(int(np.prod(value.shape)) for value in network.trainable_weights)


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
