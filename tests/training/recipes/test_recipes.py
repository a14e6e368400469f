"""Each system that the project contains is a recipe, and the recipe does what that system did.

The expected values are those of the systems' own notebooks and descriptions, not of our files.
"""

import tomllib
from functools import reduce
from pathlib import Path

import pytest

from training.recipes.recipe import Recipe, read_recipe

RECIPES = Path(__file__).parents[3] / "training" / "recipes"
EIGHT = (
    "Pneumothorax", "Mass", "Atelectasis", "Nodule", "Consolidation", "Pleural_Thickening",
    "Effusion", "Infiltration",
)  # fmt: skip

SEEDS = {
    # PyTorch, everything fine-tuned: batch 4, SGD 0.001 with momentum 0.9 and decay 0.01, a tenth
    # of the rate every ten of thirty epochs; 224 pixels; a new layer of 2 x (1024 + 1) values.
    "000": {
        "candidates": ("densenet121",), "network.head": "linear", "network.size": 224,
        "network.freeze": "none", "fit.batch": 4, "fit.epochs": 30, "fit.optimizer": "sgd",
        "fit.learning_rate": 0.001, "fit.momentum": 0.9, "fit.weight_decay": 0.01,
        "fit.schedule": "step", "fit.step_epochs": 10, "fit.step_factor": 0.1,
        "fit.balance_classes": False, "fit.clip_norm": 0.0, "augment.flip": 0.0,
        "fit.monitor": "accuracy",
    },
    # Keras: 128 units, dropout of one half, one sigmoid, class weights, Adam 1e-4, up to ten
    # epochs with early stopping on the validation loss, 70 of 100 films fitted.
    "001-paediatric": {
        "candidates": ("densenet121",), "network.head": "dense-128", "network.size": 224,
        "network.freeze": "all", "fit.epochs": 10, "fit.optimizer": "adam",
        "fit.learning_rate": 1e-4, "fit.monitor": "loss", "fit.balance_classes": True,
        "fit.loss": "cross-entropy", "data.fit": 0.7, "data.source": "class-folders",
        "fit.schedule": "constant", "fit.clip_norm": 0.0,
    },
    # The same head with L2, normals down-sampled, 80/20, class weights, rate lowered on plateau.
    "001-nih": {
        "candidates": ("densenet121",), "network.head": "dense-128-l2", "network.freeze": "all",
        "fit.optimizer": "adam", "fit.learning_rate": 1e-4, "fit.schedule": "plateau",
        "fit.balance_classes": True, "data.fit": 0.8, "data.source": "nih-binary",
        "data.normals_per_case": 1.0, "fit.clip_norm": 0.0, "network.size": 224,
    },
    # Last block trained, log-sum-exp pooling, eight sigmoids, positives weighed, Adam 1e-3 with
    # decay 1e-4, plateau after 3, stop after 5, batch 16, twenty epochs, flips and small turns.
    "002": {
        "candidates": ("densenet121",), "network.head": "log-sum-exp",
        "network.freeze": "all-but-last-block", "network.size": 224, "data.labels": EIGHT,
        "data.source": "nih-findings", "fit.batch": 16, "fit.epochs": 20, "fit.optimizer": "adam",
        "fit.learning_rate": 1e-3, "fit.weight_decay": 1e-4, "fit.schedule": "plateau",
        "fit.plateau_patience": 3, "fit.patience": 5, "fit.balance_classes": True,
        "augment.flip": 0.5, "fit.clip_norm": 0.0,
    },
    # Two frozen extractors and a dense layer, batch 32, rate 0.002, three epochs, patience 3; the
    # better one by validation accuracy is trained again.
    "003": {
        "candidates": ("resnet50", "densenet121"), "network.head": "linear",
        "network.freeze": "all", "network.size": 224, "fit.batch": 32, "fit.learning_rate": 0.002,
        "fit.epochs": 3, "fit.patience": 3, "fit.monitor": "accuracy",
        "retrain.add_validation": True, "fit.clip_norm": 0.0,
    },
    # VGG16 with both its layers of 4,096 kept, then 256, then two; batch 8; no rate, no epochs.
    "004": {
        "candidates": ("vgg16",), "network.head": "vgg16-dense", "network.freeze": "all",
        "network.size": 224, "fit.batch": 8, "data.labels": ("NORMAL", "PNEUMONIA"),
        "fit.clip_norm": 0.0,
    },
}  # fmt: skip
# As it says it is.
SEEDS["000-frozen"] = {**SEEDS["000"], "network.freeze": "all"}

OURS = {
    "001-nih": {"fit.epochs", "fit.plateau_patience"},
    "002": {"fit.views", "augment.rotation_degrees"},
    "003": {"fit.optimizer", "retrain.epochs"},
    "004": {"fit.epochs", "fit.learning_rate"},
}
"""Values that a system does not give: a reader must not take them for its own."""

WRONG = {
    "000": ("freeze", "misspelt"),
    "001-paediatric": ("scaling", "divided by 255"),
    "001-nih": ("split", "by film"),
    "002": ("threshold", "test's own ROC"),
    "003": ("winner", "share of the larger class"),
    "004": ("result", "None is given"),
}
"""What a system does wrong stands in its recipe as text; the recipe does otherwise."""


def recipe(name: str) -> Recipe:
    return read_recipe(RECIPES / f"{name}.toml")[0]


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        pytest.param(name, key, value, id=f"{name}: {key}")
        for name, values in SEEDS.items()
        for key, value in values.items()
    ],
)
def test_a_recipe_holds_its_systems_values(name: str, key: str, value: object):
    assert reduce(getattr, key.split("."), recipe(name)) == value


@pytest.mark.parametrize(("name", "keys"), OURS.items())
def test_values_that_a_system_does_not_give_are_marked_as_ours(name: str, keys: set[str]):
    assert keys <= set(recipe(name).ours)


@pytest.mark.parametrize("name", SEEDS)
def test_every_value_that_a_recipe_sets_is_a_systems_or_ours(name: str):
    """Else a reader would take it for the system's."""
    tables = tomllib.loads((RECIPES / f"{name}.toml").read_text())
    given = {
        f"{table}.{key}"
        for table in ("data", "network", "fit", "augment", "retrain")
        for key in tables.get(table, {})
    }
    # Names and places, not values.
    told = {"data.name", "data.labels", "data.left_out", "network.first_trained", "fit.loss"}

    assert given - told <= set(SEEDS[name]) | set(recipe(name).ours)


@pytest.mark.parametrize("name", SEEDS)
def test_no_value_is_a_systems_and_ours(name: str):
    assert not set(SEEDS[name]) & set(recipe(name).ours)


@pytest.mark.parametrize(("name", "said"), WRONG.items())
def test_what_a_system_got_wrong_is_said_and_not_done(name: str, said: tuple[str, str]):
    key, words = said

    assert words in recipe(name).seed_said[key]


def test_002_leaves_out_pneumonia_and_five_rare_findings():
    left_out = {"Pneumonia", "Cardiomegaly", "Edema", "Emphysema", "Fibrosis", "Hernia"}

    assert set(recipe("002").data.left_out) == left_out
