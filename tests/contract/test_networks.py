"""One suite for every backbone: what the registry says of it is so, and it reaches a bundle."""

from pathlib import Path

import keras
import numpy as np
import pytest

from tests.bundles import drawn_inputs, tiny_spec
from training.data.reduction import shrink
from training.export.bundle import export
from training.networks.backbones import BACKBONES
from training.networks.freezing import hold, trainable_count
from training.networks.graphs import Shape, build_fitted, build_served
from training.networks.heads import HEADS
from training.networks.partition import cut
from training.recipes.fitting import FitRecipe
from training.recipes.network import Freeze, NetworkRecipe
from training.recipes.recipe import Recipe

SIZE = 64
# Parameters without a head: those that the papers' code or Keras Applications state for a thousand
# classes, less (channels + 1) x 1000 (of vgg16 less its three dense layers, 123,642,856).
BODY = {
    "densenet121": 8_062_504 - 1025_000,
    "densenet169": 14_307_880 - 1665_000,
    "efficientnet-lite0": 4_652_008 - 1281_000,
    "efficientnet-lite1": 5_416_680 - 1281_000,
    "efficientnet-lite2": 6_092_072 - 1281_000,
    "efficientnetv2b0": 7_200_312 - 1281_000,
    "mobilenetv2": 3_538_984 - 1281_000,
    "resnet50": 25_636_712 - 2049_000,
    "resnet50v2": 25_613_800 - 2049_000,
    "vgg16": 138_357_544 - 123_642_856,
}
# (channels + 1) x 2
LINEAR_HEAD = {
    "densenet121": 2050,
    "densenet169": 3330,
    "efficientnet-lite0": 2562,
    "efficientnet-lite1": 2562,
    "efficientnet-lite2": 2562,
    "efficientnetv2b0": 2562,
    "mobilenetv2": 2562,
    "resnet50": 4098,
    "resnet50v2": 4098,
    "vgg16": 1026,
}
# How the names of the layers of its last block begin, and of no layer before it.
LAST_BLOCK = {
    "densenet121": "conv5_",
    "densenet169": "conv5_",
    "efficientnet-lite0": "block15_",  # 1 + 2 + 2 + 3 + 3 + 4 + 1 blocks, from 0 on
    "efficientnet-lite1": "block20_",  # 1 + 3 + 3 + 4 + 4 + 5 + 1
    "efficientnet-lite2": "block20_",  # as Lite1, only wider
    "efficientnetv2b0": "block6",
    "mobilenetv2": "block_16_",
    "resnet50": "conv5_",
    "resnet50v2": "conv5_",
    "vgg16": "block5_",
}
FILMS = np.random.default_rng(0).integers(0, 256, (4, SIZE, SIZE, 1), np.uint8)
# Each pixel 8 x 8 times: the served graph reduces it to the very same pixels.
LARGE = FILMS.repeat(8, axis=1).repeat(8, axis=2)


def recipe(freeze: Freeze) -> Recipe:
    return Recipe(
        name="own",
        candidates=("densenet121",),
        network=NetworkRecipe(size=SIZE, freeze=freeze),
        fit=FitRecipe(epochs=1, learning_rate=0.1),
    )


def logits_of(network: keras.Model, items: np.ndarray) -> np.ndarray:
    return np.asarray(network(items, training=False))


@pytest.fixture(scope="module", params=sorted(BACKBONES))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def fitted(name: str) -> keras.Model:
    """A network whose batch-norms know the films: without that, deep maps and logits are near 0."""
    keras.utils.set_random_seed(0)
    network = build_fitted(BACKBONES[name], HEADS["linear"], Shape(size=SIZE))
    norms = [la for la in network.layers if isinstance(la, keras.layers.BatchNormalization)]
    usual = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    network(FILMS, training=True)
    for layer, momentum in zip(norms, usual, strict=True):
        layer.momentum = momentum
    # Films of noise move a deep map more than real ones do; a lighter head keeps the logits where
    # float32 agrees with itself to 1e-4.
    if norms:
        kernel, bias = network.get_layer("logits").get_weights()
        network.get_layer("logits").set_weights([0.02 * kernel, bias])
    return network


def thaw(network: keras.Model) -> None:
    for layer in network.layers:
        layer.trainable = True


@pytest.fixture(scope="module")
def served(name: str, fitted: keras.Model) -> keras.Model:
    network = build_served(BACKBONES[name], HEADS["linear"], Shape(size=SIZE))
    network.set_weights(fitted.get_weights())
    return network


@pytest.fixture(scope="module")
def answers(served: keras.Model) -> dict[str, np.ndarray]:
    """Called as an export calls it: a layer with training=True by default would train here."""
    return {key: np.asarray(value) for key, value in served(LARGE).items()}


@pytest.mark.parametrize("name", ["densenet121", "resnet50"], indirect=True)
def test_without_its_last_reduction_the_map_is_finer_and_the_weights_are_the_same(name, fitted):
    shape = Shape(size=SIZE, stride=16)
    finer = build_fitted(BACKBONES[name], HEADS["linear"], shape)

    assert finer.get_layer("pooled").input.shape[1:3] == (SIZE // 16, SIZE // 16)
    assert [one.shape for one in finer.weights] == [one.shape for one in fitted.weights]
    assert {layer.name for layer in fitted.layers if layer.weights} == {
        layer.name for layer in finer.layers if layer.weights
    }
    finer.set_weights(fitted.get_weights())
    served = build_served(BACKBONES[name], HEADS["linear"], shape)
    served.set_weights(finer.get_weights())
    answers = served(LARGE)
    assert answers["features"].shape[1:3] == (SIZE // 16, SIZE // 16)


def test_every_backbone_is_in_the_tables():
    assert sorted(BODY) == sorted(LINEAR_HEAD) == sorted(LAST_BLOCK) == sorted(BACKBONES)


def test_it_has_its_papers_size(name, fitted):
    # The Lite release does not count what batch-norms keep and nobody trains.
    is_lite = name.startswith("efficientnet-lite")
    found = trainable_count(fitted) if is_lite else fitted.count_params()

    assert found == BODY[name] + LINEAR_HEAD[name]


def test_a_frozen_backbone_leaves_the_head(name, fitted):
    hold(fitted, recipe(Freeze.ALL))

    trained = trainable_count(fitted)

    thaw(fitted)
    assert trained == LINEAR_HEAD[name]


def test_the_last_map_is_as_the_registry_says(name, answers):
    entry = BACKBONES[name]
    cells = SIZE // entry.stride
    assert answers["features"].shape == (4, cells, cells, entry.channels)


def test_what_is_served_answers_as_what_was_fitted(fitted, answers):
    expected = logits_of(fitted, FILMS)

    assert np.ptp(expected, axis=0).min() > 1e-3, "a network that does not look agrees with all"
    assert np.array_equal(np.stack([shrink(film, SIZE) for film in LARGE]), FILMS)
    assert answers["logits"] == pytest.approx(expected, abs=1e-4)


def test_the_last_block_begins_where_the_registry_says(name, fitted):
    """And nowhere earlier: a shortcut that is listed before it would be frozen."""
    with_weights = [layer.name for layer in fitted.layers if layer.weights]
    block = [layer for layer in with_weights if layer.startswith(LAST_BLOCK[name])]

    first = BACKBONES[name].last_block
    assert first in block
    assert set(with_weights[: with_weights.index(first)]).isdisjoint(block)


def test_the_network_can_be_cut_before_its_last_block(name, fitted):
    names = [layer.name for layer in fitted.layers]
    first = names.index(BACKBONES[name].last_block)
    hold(fitted, recipe(Freeze.ALL_BUT_LAST_BLOCK))

    halves = cut(fitted)

    thaw(fitted)
    # All that follows hangs on the boundary alone, or Keras would not have built the second half.
    own = {layer.name for layer in halves.trained.layers if layer.weights}
    assert own == {layer.name for layer in fitted.layers[first:] if layer.weights}
    together = logits_of(halves.trained, logits_of(halves.frozen, FILMS))
    assert together == pytest.approx(logits_of(fitted, FILMS), abs=1e-5)


def test_the_scaling_is_the_networks_own(name, fitted):
    ramp = np.arange(1024, dtype=np.float32).reshape(1, 32, 32, 1) // 4  # each level 4 times
    scaling = fitted.get_layer("scaling")

    found = np.asarray(scaling(ramp.repeat(3, axis=-1)))

    assert found == pytest.approx(theirs(name, ramp.repeat(3, axis=-1)), abs=1e-4)


def theirs(name: str, ramp: np.ndarray) -> np.ndarray:
    """Scale as the makers of a network do; its three channels are equal, so they have no order."""
    apps = keras.applications
    if name.startswith("efficientnet-lite"):  # not Keras': MEAN_RGB and STDDEV_RGB of the release
        return (ramp - 127) / 128
    if name == "efficientnetv2b0":  # its own two layers; preprocess_input changes nothing
        whole = apps.EfficientNetV2B0(include_top=False, weights=None, input_shape=(32, 32, 3))
        kind = keras.layers.Normalization  # its name counts how many there were before
        (own,) = (layer for layer in whole.layers if isinstance(layer, kind))
        return np.asarray(keras.Model(whole.input, own.output)(ramp))
    modules = {
        "densenet121": apps.densenet,
        "densenet169": apps.densenet,
        "mobilenetv2": apps.mobilenet_v2,
        "resnet50": apps.resnet,
        "resnet50v2": apps.resnet_v2,
        "vgg16": apps.vgg16,
    }
    return np.asarray(modules[name].preprocess_input(ramp.copy()))


@pytest.mark.slow
def test_it_is_exported_and_proven(name, served, tmp_path: Path):
    if name in ("densenet169", "efficientnet-lite0", "efficientnet-lite1"):
        pytest.skip("the layers of another of its family, only more or fewer of them")

    bundle = export(
        served, tiny_spec(), films=drawn_inputs(2), target=tmp_path / name, report=lambda _: None
    )

    assert bundle.head is not None
    assert bundle.head.layers[0].kernel.shape == (BACKBONES[name].channels, 2)
