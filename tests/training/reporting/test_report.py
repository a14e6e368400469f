"""What a run says of itself beside its figures."""

from pathlib import Path

from training.networks.weights import FirstWeights
from training.recipes.fitting import FitRecipe
from training.recipes.network import Freeze, NetworkRecipe
from training.recipes.recipe import Recipe
from training.reporting.report import never_trained


def recipe(freeze: Freeze) -> Recipe:
    return Recipe(
        name="own",
        candidates=("densenet121", "resnet50"),
        network=NetworkRecipe(freeze=freeze),
        fit=FitRecipe(epochs=1, learning_rate=0.1),
    )


def test_frozen_layers_with_random_weights_are_said_to_prove_nothing(tiny_bundle: Path):
    first = {"densenet121": FirstWeights(str(tiny_bundle)), "resnet50": FirstWeights("none")}

    (sentence,) = never_trained(recipe(Freeze.ALL), first)

    assert sentence.startswith("The frozen layers of resnet50 were never trained")


def test_a_network_that_is_trained_whole_may_start_from_random_weights():
    first = dict.fromkeys(("densenet121", "resnet50"), FirstWeights("none"))

    assert never_trained(recipe(Freeze.NONE), first) == ()
