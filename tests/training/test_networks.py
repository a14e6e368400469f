"""Every backbone keeps the same contract."""

import keras
import numpy as np
import pytest

from training.freezing import trainable_count
from training.heads import HEADS
from training.networks import BACKBONES, build_fitted, build_served
from training.prepare import shrink
from training.recipe import Freeze

SIZE = 64
TRAINABLE_HEAD = {"densenet121": 2050, "resnet50": 4098}  # (channels + 1) x 2


@pytest.fixture(scope="module", params=sorted(BACKBONES))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def fitted(name: str) -> keras.Model:
    keras.utils.set_random_seed(0)
    return build_fitted(BACKBONES[name], HEADS["linear"], size=SIZE, n_classes=2)


@pytest.fixture(scope="module")
def served(name: str, fitted: keras.Model) -> keras.Model:
    network = build_served(BACKBONES[name], HEADS["linear"], size=SIZE, n_classes=2)
    network.set_weights(fitted.get_weights())
    return network


FILMS = np.random.default_rng(0).integers(0, 256, (3, 512, 512, 1), np.uint8)


def test_a_frozen_backbone_leaves_the_head(name, fitted):
    assert trainable_count(fitted, Freeze.ALL) == TRAINABLE_HEAD[name]
    assert trainable_count(fitted, Freeze.NONE) > 6_900_000


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
