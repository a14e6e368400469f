"""What of a network is trained: all of it, or the head alone on features computed once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from training.augment import augment
from training.distill import by_teacher
from training.features import pooled_features
from training.fit import Epoch, Labelled, Lesson, Progress, by_labels, by_ranking, fit
from training.heads import HEADS
from training.networks import BACKBONES, build_fitted
from training.prepare import Prepared
from training.recipe import FitRecipe, Freeze, Recipe
from training.teacher import Teacher
from training.weights import FirstWeights, start_from

__all__ = ["TRAINERS", "Assignment", "hold", "network_of", "trainable_count"]


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
        For features.
    teacher : Teacher or None
        Given with a recipe that distills.
    merit : callable (Epoch) -> tuple
        Chooses the epoch whose weights are kept.
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
    teacher: Teacher | None = None
    merit: Callable[[Epoch], tuple[float, float]] = by_ranking


def network_of(backbone: str, recipe: Recipe, first: FirstWeights) -> keras.Model:
    """Build a candidate with its first weights: pictures to logits."""
    return start_from(
        first,
        lambda weights: build_fitted(
            BACKBONES[backbone],
            HEADS[recipe.network.head],
            size=recipe.network.size,
            n_classes=len(recipe.data.labels),
            weights=weights,
            side=recipe.side,
        ),
    )


def hold(network: keras.Model, recipe: Recipe) -> keras.Model:
    """Freeze the layers before the recipe's first trained one; a frozen batch-norm infers.

    Raises
    ------
    TrainingError
        `recipe_invalid` where the network has no layer of that name.
    """
    first = recipe.network.first_trained
    if first is None:
        return network
    names = [layer.name for layer in network.layers]
    if first not in names:
        reason = f"network.first_trained: {network.name} has no layer '{first}'"
        raise TrainingError(Code.RECIPE_INVALID, file=recipe.name, reason=reason)
    for layer in network.layers[: names.index(first)]:
        layer.trainable = False
    return network


def trainable_count(network: keras.Model, recipe: Recipe) -> int:
    """Count the parameters that training moves."""
    is_head_alone = recipe.network.freeze is Freeze.ALL
    layers = [network.get_layer("logits")] if is_head_alone else hold(network, recipe).layers
    return sum(int(np.prod(v.shape)) for layer in layers for v in layer.trainable_weights)


def _train_whole(order: Assignment) -> tuple[tuple[Epoch, ...], Path]:
    def change(picture: NDArray[Any], draw: np.random.Generator) -> NDArray[Any]:
        return augment(picture, order.recipe.augment, draw)

    def build() -> Lesson:
        network = hold(network_of(order.backbone, order.recipe, order.first), order.recipe)
        if order.recipe.distill is None or order.teacher is None:
            return by_labels(network)
        teacher = order.teacher.network(side=order.recipe.side)
        return by_teacher(network, teacher, order.recipe.distill)

    progress = Progress(order.folder, merit=order.merit)
    curves = fit(
        build,
        Labelled(items=order.films.pictures, labels=order.films.labels),
        Labelled(items=order.validation.pictures, labels=order.validation.labels),
        recipe=order.fit,
        change=change,
        seed=order.seed,
        progress=progress,
    )
    return curves, progress.best_weights


def _train_head(order: Assignment) -> tuple[tuple[Epoch, ...], Path]:
    """Train the head alone. Features are computed once, so there is no augmentation."""
    keras.utils.set_random_seed(order.seed)
    network = network_of(order.backbone, order.recipe, order.first)
    scaling = BACKBONES[order.backbone].scaling
    seen = [
        Labelled(
            items=pooled_features(network, films, cache=order.cache, scaling=scaling),
            labels=films.labels,
        )
        for films in (order.films, order.validation)
    ]
    pooled = network.get_layer("pooled")
    vector = keras.Input((pooled.output.shape[-1],))
    value = vector
    for layer in network.layers[network.layers.index(pooled) + 1 :]:
        value = layer(value)
    alone = keras.Model(vector, value, name=order.backbone)
    first = alone.get_weights()

    def build() -> Lesson:
        alone.set_weights(first)
        return by_labels(alone)

    progress = Progress(order.folder / "head", merit=order.merit)
    curves = fit(
        build,
        *seen,
        recipe=order.fit,
        change=lambda features, _draw: features,
        seed=order.seed,
        progress=progress,
    )
    alone.load_weights(progress.best_weights)
    # The head is the network's own layer: loading it there has completed the network.
    place = order.folder / "best.weights.h5"
    network.save_weights(place)
    return curves, place


TRAINERS: Final[Mapping[Freeze, Callable[[Assignment], tuple[tuple[Epoch, ...], Path]]]] = (
    MappingProxyType(
        {Freeze.NONE: _train_whole, Freeze.EARLY: _train_whole, Freeze.ALL: _train_head}
    )
)
