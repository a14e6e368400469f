"""A frozen backbone: its features are computed once, and the head alone is trained."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.networks import SMALL
from training.data.preparation import Prepared, join
from training.learning import feature_cache as frozen
from training.learning import training
from training.learning.fit import FitRun
from training.learning.training import TrainingTask
from training.learning.training import train as train_network
from training.networks import freezing
from training.networks.freezing import network_of
from training.networks.weights import FirstWeights
from training.recipes.augmentation import AugmentRecipe
from training.recipes.fitting import FitRecipe
from training.recipes.network import Freeze, NetworkRecipe
from training.recipes.recipe import Recipe

RECIPE = Recipe(
    name="own",
    candidates=("mobilenetv2",),
    network=NetworkRecipe(size=32, freeze=Freeze.ALL),
    fit=FitRecipe(epochs=2, batch=4, learning_rate=0.01),
)


@pytest.fixture(autouse=True, scope="module")
def small_backbone() -> Iterator[None]:
    """Let two convolutions bear the name: what is frozen and cut does not hang on the backbone."""
    entries = {"mobilenetv2": replace(SMALL, name="mobilenetv2")}
    with pytest.MonkeyPatch.context() as patch:
        for module in (freezing, training):
            patch.setattr(module, "BACKBONES", entries)
        yield


def films(seed: int, count: int) -> Prepared:
    pictures = np.random.default_rng(seed).integers(0, 256, (count, 32, 32, 1), np.uint8)
    return Prepared(
        pictures=pictures, truth=np.eye(2, dtype=np.uint8)[np.arange(count) % 2], films=()
    )


def train(folder: Path, cache: Path, seed: int = 4, **changes: object) -> tuple:
    values = {
        "backbone": "mobilenetv2",
        "first": FirstWeights("none"),
        "films": films(0, 12),
        "validation": films(1, 6),
        "recipe": RECIPE,
        "run": FitRun(folder=folder, seed=seed),
        "cache": cache,
    }
    return train_network(TrainingTask(**{**values, **changes}))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def trained(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple:
    """One training, whose features lie in the cache: its curves and its weights."""
    return train(tmp_path_factory.mktemp("run"), cache)


def made(cache: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}


def test_the_head_learns_and_the_backbone_does_not_move(trained):
    curves, weights = trained

    keras.utils.set_random_seed(4)
    before = network_of("mobilenetv2", RECIPE, FirstWeights("none"))
    after = network_of("mobilenetv2", RECIPE, FirstWeights(str(weights)))
    assert len(curves) == 2
    assert moved(before, after) == {"logits"}


def moved(before: keras.Model, after: keras.Model) -> set[str]:
    """Name the layers that differ."""
    return {
        layer.name
        for layer in after.layers
        if not all(
            np.array_equal(new, old)
            for new, old in zip(
                layer.get_weights(), before.get_layer(layer.name).get_weights(), strict=True
            )
        )
    }


@pytest.mark.usefixtures("trained")
def test_features_are_computed_once_for_every_further_head(tmp_path: Path, cache: Path):
    stamps = made(cache)
    assert len(stamps) == 2  # fit and validation films
    other = replace(RECIPE, fit=FitRecipe(epochs=1, learning_rate=0.1))

    train(tmp_path, cache, recipe=other)

    assert made(cache) == stamps


@pytest.mark.usefixtures("trained")
def test_a_continuation_with_the_validation_films_computes_nothing_again(
    tmp_path: Path, cache: Path
):
    stamps = made(cache)
    keras.utils.set_random_seed(4)
    first = network_of("mobilenetv2", RECIPE, FirstWeights("none"))
    first.save_weights(tmp_path / "same.weights.h5")

    train(
        tmp_path / "run",
        cache,
        films=join(films(0, 12), films(1, 6)),
        first=FirstWeights(str(tmp_path / "same.weights.h5")),
        seed=5,
    )

    assert made(cache) == stamps


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"seed": 5}, id="weights"),
        pytest.param(
            {"recipe": replace(RECIPE, network=replace(RECIPE.network, head="log-sum-exp"))},
            id="pooling",
        ),
    ],
)
@pytest.mark.usefixtures("trained")
def test_other_networks_have_other_features(tmp_path: Path, cache: Path, changes: dict):
    own = tmp_path / "cache"
    shutil.copytree(cache, own)

    train(tmp_path / "run", own, **changes)

    assert len(made(own)) == 4


def test_changed_views_are_drawn_as_often_as_the_recipe_asks(tmp_path: Path):
    recipe = replace(
        RECIPE, augment=AugmentRecipe(noise=0.2), fit=replace(RECIPE.fit, views=3, epochs=1)
    )

    train(tmp_path / "run", tmp_path / "cache", recipe=recipe)

    shapes = sorted(np.load(path).shape for path in (tmp_path / "cache").iterdir())
    assert shapes == [(6, 1, 16), (12, 3, 16)]
    views = np.load(max((tmp_path / "cache").iterdir(), key=lambda path: path.stat().st_size))
    assert not np.array_equal(views[:, 0], views[:, 1])


def test_the_last_block_learns_from_what_the_frozen_ones_make(tmp_path: Path):
    recipe = replace(RECIPE, network=NetworkRecipe(size=32, freeze=Freeze.ALL_BUT_LAST_BLOCK))

    _, weights = train(tmp_path / "run", tmp_path / "cache", recipe=recipe)

    keras.utils.set_random_seed(4)
    before = network_of("mobilenetv2", recipe, FirstWeights("none"))
    after = network_of("mobilenetv2", recipe, FirstWeights(str(weights)))
    assert moved(before, after) == {"only", "logits"}


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
