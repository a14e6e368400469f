"""A frozen backbone: its features are computed once, and the head alone is trained."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from training.data.preparation import Prepared, join
from training.learning import feature_cache as frozen
from training.learning.training import Assignment
from training.learning.training import train as train_network
from training.networks.freezing import network_of
from training.networks.weights import FirstWeights
from training.recipes.augmentation import AugmentRecipe
from training.recipes.fitting import FitRecipe
from training.recipes.network import Freeze, NetworkRecipe
from training.recipes.recipe import Recipe

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


def test_a_continuation_with_the_validation_films_computes_nothing_again(tmp_path: Path):
    one, two = films(0, 12), films(1, 6)
    train(tmp_path / "one", tmp_path / "cache", films=one, validation=two)
    made = len(list((tmp_path / "cache").iterdir()))

    keras.utils.set_random_seed(4)
    first = network_of("efficientnet-lite2", RECIPE, FirstWeights("none"))
    first.save_weights(tmp_path / "same.weights.h5")
    train(
        tmp_path / "two",
        tmp_path / "cache",
        films=join(one, two),
        validation=two,
        first=FirstWeights(str(tmp_path / "same.weights.h5")),
        seed=5,
    )

    assert len(list((tmp_path / "cache").iterdir())) == made


def test_changed_views_are_drawn_as_often_as_the_recipe_asks(tmp_path: Path):
    recipe = replace(
        RECIPE, augment=AugmentRecipe(noise=0.2), fit=replace(RECIPE.fit, views=3, epochs=1)
    )

    train(tmp_path / "run", tmp_path / "cache", recipe=recipe, fit=recipe.fit)

    shapes = sorted(np.load(path).shape for path in (tmp_path / "cache").iterdir())
    assert shapes == [(6, 1, 1280), (12, 3, 1280)]
    views = np.load(max((tmp_path / "cache").iterdir(), key=lambda path: path.stat().st_size))
    assert not np.array_equal(views[:, 0], views[:, 1])


def test_the_last_block_learns_from_what_the_frozen_ones_make(tmp_path: Path):
    recipe = replace(RECIPE, network=NetworkRecipe(size=32, freeze=Freeze.ALL_BUT_LAST_BLOCK))

    _, weights = train(tmp_path / "run", tmp_path / "cache", recipe=recipe)

    keras.utils.set_random_seed(4)
    before = network_of("efficientnet-lite2", recipe, FirstWeights("none"))
    after = network_of("efficientnet-lite2", recipe, FirstWeights(str(weights)))
    moved = {
        layer.name.split("_")[0]
        for layer in after.layers
        if not all(
            np.array_equal(new, old)
            for new, old in zip(
                layer.get_weights(), before.get_layer(layer.name).get_weights(), strict=True
            )
        )
    }
    assert moved == {"block20", "head", "logits"}


def test_heads_that_pool_otherwise_do_not_share_what_was_computed(tmp_path: Path):
    other = replace(RECIPE, network=replace(RECIPE.network, head="log-sum-exp"))

    train(tmp_path / "one", tmp_path / "cache")
    train(tmp_path / "two", tmp_path / "cache", recipe=other)

    assert len(list((tmp_path / "cache").iterdir())) == 4


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        pytest.param([0.5, 3.0], np.float16, id="usual values"),
        pytest.param([1e-9, 2e-9], np.float32, id="tiny values"),
        pytest.param([0.5, 1e5], np.float32, id="a value that half precision cannot hold"),
    ],
)
def test_half_precision_is_kept_only_where_it_holds(tmp_path, monkeypatch, values, kind):
    """The value stands in the last film alone, which nobody looks at before."""
    pictures = np.zeros((40, 8, 8, 1), np.uint8)
    pictures[-1] = 1
    shown = Prepared(pictures=pictures, truth=np.zeros((40, 2), np.uint8), films=())
    low, high = values

    def run(batch: np.ndarray) -> np.ndarray:
        return np.where(batch[:, 0, 0] == 1, high, low).astype(np.float32)

    monkeypatch.setattr(frozen, "_compiled", lambda _network: run)
    film = keras.Input((8, 8, 1))
    network = keras.Model(film, keras.layers.GlobalAveragePooling2D()(film))

    maps = frozen.frozen_maps(
        network, shown, change=None, views=1, seed=0, identity="", cache=tmp_path
    )

    assert maps.dtype == kind
    assert maps[-1, 0, 0] == pytest.approx(high, rel=1e-3)
    assert maps[0, 0, 0] == pytest.approx(low, rel=1e-3)
