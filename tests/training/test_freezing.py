"""A frozen backbone: its features are computed once, and the head alone is trained."""

from pathlib import Path

import keras
import numpy as np

from training.freezing import Assignment, network_of
from training.freezing import train as train_network
from training.prepare import Prepared
from training.recipe import FitRecipe, Freeze, NetworkRecipe, Recipe
from training.weights import FirstWeights

RECIPE = Recipe(
    name="own",
    candidates=("efficientnet-lite2",),
    network=NetworkRecipe(size=32, freeze=Freeze.ALL),
    fit=FitRecipe(epochs=2, batch=4, learning_rate=0.01),
)


def films(seed: int, count: int) -> Prepared:
    pictures = np.random.default_rng(seed).integers(0, 256, (count, 32, 32, 1), np.uint8)
    return Prepared(
        pictures=pictures, truth=np.eye(2, dtype=np.uint8)[np.arange(count) % 2], films=()
    )


def train(folder: Path, cache: Path, **changes: object) -> tuple:
    values = {
        "backbone": "efficientnet-lite2",
        "first": FirstWeights("none"),
        "films": films(0, 12),
        "validation": films(1, 6),
        "recipe": RECIPE,
        "fit": RECIPE.fit,
        "seed": 4,
        "folder": folder,
        "cache": cache,
    }
    return train_network(Assignment(**{**values, **changes}))


def test_the_head_learns_and_the_backbone_does_not_move(tmp_path: Path):
    curves, weights = train(tmp_path / "run", tmp_path / "cache")

    keras.utils.set_random_seed(4)
    before = network_of("efficientnet-lite2", RECIPE, FirstWeights("none"))
    after = network_of("efficientnet-lite2", RECIPE, FirstWeights(str(weights)))
    assert len(curves) == 2
    for layer in after.layers:
        equal = [
            np.array_equal(new, old)
            for new, old in zip(
                layer.get_weights(), before.get_layer(layer.name).get_weights(), strict=True
            )
        ]
        assert all(equal) is (layer.name != "logits")


def test_features_are_computed_once_for_every_further_head(tmp_path: Path, monkeypatch):
    train(tmp_path / "one", tmp_path / "cache")
    made = sorted((tmp_path / "cache").iterdir())
    stamps = [path.stat().st_mtime_ns for path in made]

    train(tmp_path / "two", tmp_path / "cache", fit=FitRecipe(epochs=1, learning_rate=0.1))

    assert [path.stat().st_mtime_ns for path in sorted((tmp_path / "cache").iterdir())] == stamps
    assert len(made) == 2  # fit and validation films


def test_other_weights_have_other_features(tmp_path: Path):
    train(tmp_path / "one", tmp_path / "cache")

    train(tmp_path / "two", tmp_path / "cache", seed=5)

    assert len(list((tmp_path / "cache").iterdir())) == 4
