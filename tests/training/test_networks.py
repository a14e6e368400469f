"""Every backbone keeps the same contract."""

import keras
import numpy as np
import pytest

from cxr_app.errors import TrainingError
from training.freezing import hold, trainable_count
from training.heads import HEADS
from training.networks import BACKBONES, Shape, build_fitted, build_served
from training.prepare import shrink
from training.recipe import FitRecipe, Freeze, NetworkRecipe, Recipe

SIZE = 64
# (channels + 1) x 2
TRAINABLE_HEAD = {
    "densenet121": 2050,
    "densenet169": 3330,
    "efficientnet-lite2": 2562,
    "efficientnetv2b0": 2562,
    "mobilenetv2": 2562,
    "resnet50": 4098,
    "resnet50v2": 4098,
    "vgg16": 1026,
}


def recipe(freeze: str, first_trained: str | None = None) -> Recipe:
    return Recipe(
        name="own",
        candidates=("densenet121",),
        network=NetworkRecipe(freeze=Freeze(freeze), first_trained=first_trained),
        fit=FitRecipe(epochs=1, learning_rate=0.1),
    )


@pytest.fixture(scope="module", params=sorted(BACKBONES))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def fitted(name: str) -> keras.Model:
    keras.utils.set_random_seed(0)
    return build_fitted(BACKBONES[name], HEADS["linear"], Shape(size=SIZE))


@pytest.fixture(scope="module")
def served(name: str, fitted: keras.Model) -> keras.Model:
    network = build_served(BACKBONES[name], HEADS["linear"], Shape(size=SIZE))
    network.set_weights(fitted.get_weights())
    return network


FILMS = np.random.default_rng(0).integers(0, 256, (3, 512, 512, 1), np.uint8)


def test_a_frozen_backbone_leaves_the_head(name, fitted):
    whole = trainable_count(hold(fitted, recipe("none")))

    hold(fitted, recipe("all"))

    assert trainable_count(fitted) == TRAINABLE_HEAD[name]
    assert whole > 2_200_000
    fitted.trainable = True


def test_the_last_map_is_as_the_registry_says(name, served):
    features = served.predict(FILMS[:1], verbose=0)["features"]

    entry = BACKBONES[name]
    assert features.shape == (1, SIZE // entry.stride, SIZE // entry.stride, entry.channels)


def test_what_is_served_answers_as_what_was_fitted(fitted, served):
    small = np.stack([shrink(film, SIZE) for film in FILMS])

    expected = fitted.predict(small, verbose=0)

    # The fitted graph saw whole grey levels, the served one their exact means.
    assert served.predict(FILMS, verbose=0)["logits"] == pytest.approx(expected, abs=0.02)


def test_no_layer_is_in_training_mode_when_served(served):
    """A layer with training=True by default would make an answer depend on its batch."""
    together = served.predict(FILMS, verbose=0)["logits"]
    alone = np.concatenate(
        [served.predict(film[np.newaxis], verbose=0)["logits"] for film in FILMS]
    )
    called = np.asarray(served(FILMS)["logits"])

    assert alone == pytest.approx(together, abs=1e-5)
    assert called == pytest.approx(together, abs=1e-5)


def test_layers_before_the_first_trained_one_are_held_still():
    network = build_fitted(BACKBONES["efficientnet-lite2"], HEADS["linear"], Shape(size=64))
    hold(network, recipe("early", "head_conv"))
    network.compile("adam", keras.losses.CategoricalCrossentropy(from_logits=True))
    before = [np.array(value) for value in network.get_weights()]
    films = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 1), np.uint8)

    network.fit(films, np.eye(2)[[0, 0, 0, 1]], verbose=0)

    moved = {
        variable.path.split("/")[0]
        for variable, old, new in zip(network.weights, before, network.get_weights(), strict=True)
        if not np.array_equal(old, new)
    }
    # The moving statistics of held batch-norms would be among them if those still learned.
    assert moved == {"head_conv", "head_bn", "logits"}


def test_a_layer_that_is_not_there_is_named():
    network = build_fitted(BACKBONES["densenet121"], HEADS["linear"], Shape(size=32))

    with pytest.raises(TrainingError, match="no layer 'block99'"):
        hold(network, recipe("early", "block99"))


@pytest.mark.parametrize(
    ("backbone", "grey", "scaled"),
    [
        # DenseNet: 255 x the mean 0.485 of ImageNet's red is 123.675, its spread 58.395.
        (
            "densenet121",
            123.675 + 58.395,
            (1.0, (182.07 - 116.28) / 57.12, (182.07 - 103.53) / 57.375),
        ),
        # ResNet50: blue's mean 103.939 first, and no division.
        ("resnet50", 203.939, (100.0, 203.939 - 116.779, 203.939 - 123.68)),
    ],
)
def test_scaling_is_the_networks_own(backbone, grey, scaled):
    mean, std = BACKBONES[backbone].scaling.mean, BACKBONES[backbone].scaling.std

    found = [(grey - m) / s for m, s in zip(mean, std, strict=True)]

    assert found == pytest.approx(scaled, abs=1e-6)
