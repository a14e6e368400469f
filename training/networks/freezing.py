"""What of a network is trained and what stays as it was."""

import keras
import numpy as np

from training.errors import TrainingCode, TrainingError
from training.networks.backbones import BACKBONES
from training.networks.graphs import build_fitted, shape_of
from training.networks.heads import HEADS
from training.networks.precision import computing_in
from training.networks.weights import FirstWeights, start_from
from training.recipes.network import Freeze
from training.recipes.recipe import Recipe

__all__ = ["hold", "network_of", "trainable_count"]


def network_of(backbone: str, recipe: Recipe, first: FirstWeights) -> keras.Model:
    """Build a candidate with its first weights, pictures to logits; what is frozen is held."""
    held = HEADS[recipe.network.head].held if recipe.network.freeze is Freeze.ALL else ()
    with computing_in(recipe.fit.precision):
        network = start_from(
            first,
            lambda weights: build_fitted(
                BACKBONES[backbone],
                HEADS[recipe.network.head],
                shape_of(recipe),
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
        raise TrainingError(TrainingCode.RECIPE_INVALID, file=recipe.name, reason=reason)
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
            named = recipe.network.first_trained
            return named.get(backbone) if isinstance(named, dict) else named


def trainable_count(network: keras.Model) -> int:
    """Count the parameters that training moves."""
    return sum(int(np.prod(value.shape)) for value in network.trainable_weights)
