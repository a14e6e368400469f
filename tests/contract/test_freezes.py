"""One suite for every freeze: what is frozen does not move, and what is not does."""

import keras
import numpy as np
import pytest

from training.errors import TrainingError
from training.networks.backbones import BACKBONES
from training.networks.freezing import hold, trainable_count
from training.networks.graphs import Shape, build_fitted
from training.networks.heads import HEADS
from training.recipes.fitting import FitRecipe
from training.recipes.network import Freeze, NetworkRecipe
from training.recipes.recipe import Recipe

# MobileNetV2's first layer that moves in a step.
FIRST = {
    Freeze.NONE: "Conv1",
    Freeze.EARLY: "block_15_expand",
    Freeze.ALL_BUT_LAST_BLOCK: "block_16_expand",
    Freeze.ALL: "logits",
}
TRAINED = {
    # 1,280 x 2 + 2
    Freeze.ALL: 2562,
    # That, and 160 x 960 to expand, 9 x 960 and 960 x 320, and 320 x 1,280 at the end; of every
    # batch-norm a scale and a shift: 2 x (960 + 960 + 320 + 1280).
    Freeze.ALL_BUT_LAST_BLOCK: 2562 + 153_600 + 8640 + 307_200 + 409_600 + 7040,
}


def built(
    freeze: Freeze,
    first_trained: str | dict[str, str] | None = None,
    *,
    among: tuple[str, ...] = (),
) -> keras.Model:
    keras.utils.set_random_seed(0)
    network = build_fitted(BACKBONES["mobilenetv2"], HEADS["linear"], Shape(size=32))
    recipe = Recipe(
        name="own",
        candidates=("mobilenetv2", *among),
        network=NetworkRecipe(size=32, freeze=freeze, first_trained=first_trained),
        fit=FitRecipe(epochs=1, learning_rate=0.1),
    )
    return hold(network, recipe)


@pytest.mark.parametrize("freeze", list(Freeze))
def test_a_step_moves_what_is_not_frozen_and_nothing_else(freeze: Freeze):
    network = built(freeze, FIRST[freeze] if freeze is Freeze.EARLY else None)
    # One step does not repay what it costs to compile it.
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    network.compile("adam", loss, run_eagerly=True)
    before = [np.array(value) for value in network.get_weights()]
    films = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 1), np.uint8)

    network.fit(films, np.eye(2)[[0, 0, 0, 1]], verbose=0)

    # The moving statistics of a held batch-norm would be among them if it still learned.
    moved = {
        variable.path.split("/")[0]
        for variable, old, new in zip(network.weights, before, network.get_weights(), strict=True)
        if not np.array_equal(old, new)
    }
    names = [layer.name for layer in network.layers]
    rest = network.layers[names.index(FIRST[freeze]) :]
    assert moved == {layer.name for layer in rest if layer.weights}


@pytest.mark.parametrize("freeze", list(TRAINED))
def test_so_many_parameters_are_trained(freeze: Freeze):
    assert trainable_count(built(freeze)) == TRAINED[freeze]


def test_each_candidate_may_have_a_first_layer_of_its_own():
    whole = trainable_count(built(Freeze.NONE))
    of_its_own = {"mobilenetv2": "block_16_expand"}
    last_block = trainable_count(built(Freeze.EARLY, of_its_own))
    other = {"densenet121": "conv3_block1_0_bn"}

    assert last_block == TRAINED[Freeze.ALL_BUT_LAST_BLOCK]
    assert trainable_count(built(Freeze.EARLY, other, among=("densenet121",))) == whole
    with pytest.raises(ValueError, match=r"network\.first_trained"):
        built(Freeze.EARLY, {"resnet50": "conv1_conv"})


def test_a_layer_that_is_not_there_is_named():
    with pytest.raises(TrainingError, match="no layer 'block99'"):
        built(Freeze.EARLY, "block99")
