"""Evidence by gradients: the closed form's map, for any head."""

import io

import keras
import numpy as np
import pytest
from scipy.stats import spearmanr

from cxr_app.heatmap import Layer, PooledHead, activation_map
from cxr_app.spec import Task
from training.errors import TrainingError
from training.explanation.gradient_map import gradient_map
from training.export.bundle import _head_bytes
from training.networks.backbones import BACKBONES, Backbone
from training.networks.graphs import Shape, build_fitted, build_served
from training.networks.heads import HEADS

SIDE = 64
POOLING = sorted(name for name, head in HEADS.items() if head.pooling != "flatten")


def small(scaled, _weights):
    """Two convolutions: 64 pixels to a map of 4 x 4 cells and 16 channels."""
    maps = keras.layers.Conv2D(8, 5, strides=4, activation="relu", padding="same")(scaled)
    return keras.layers.Conv2D(16, 5, strides=4, activation="relu", padding="same")(maps)


SMALL = Backbone(
    name="small",
    build=small,
    channels=16,
    stride=16,
    last_block="conv2d_1",
    scaling=BACKBONES["mobilenetv2"].scaling,
    source="drawn",
)
FILMS = np.random.default_rng(0).integers(0, 256, (3, SIDE, SIDE, 1), np.uint8)
# Each pixel 8 x 8 times: the served graph reduces it to the very same pixels.
LARGE = FILMS.repeat(8, axis=1).repeat(8, axis=2)


def fitted(head: str, backbone: Backbone = SMALL, shape: Shape | None = None) -> keras.Model:
    """Build a network whose batch-norms know the films: without that, deep maps are near 0."""
    keras.utils.set_random_seed(3)
    network = build_fitted(backbone, HEADS[head], shape or Shape(size=SIDE))
    norms = [la for la in network.layers if isinstance(la, keras.layers.BatchNormalization)]
    for layer in norms:
        layer.momentum = 0.0
    network(FILMS, training=True)
    return network


def served_of(network: keras.Model, head: str, shape: Shape | None = None) -> keras.Model:
    backbone = SMALL if network.name == "small" else BACKBONES[network.name]
    served = build_served(backbone, HEADS[head], shape or Shape(size=SIDE))
    served.set_weights(network.get_weights())
    return served


def pooled_head(served: keras.Model, pooling: str) -> PooledHead:
    """Read `head.npz` as the app reads it."""
    with np.load(io.BytesIO(_head_bytes(served, pooling)), allow_pickle=False) as stored:
        layers = tuple(
            Layer(kernel=stored[f"kernel{i}"], bias=stored[f"bias{i}"], activation=str(activation))
            for i, activation in enumerate(stored["activations"])
        )
        sharpness = float(stored["sharpness"]) if "sharpness" in stored.files else 1.0
    return PooledHead(layers=layers, pooling=pooling, sharpness=sharpness)


def assert_same_map(found: np.ndarray, expected: np.ndarray) -> None:
    highest = float(expected.max())
    assert highest > 1e-3, "a map of nothing would agree with anything"
    assert found == pytest.approx(expected, abs=1e-3 * highest)


@pytest.fixture(
    scope="module", params=[*(("small", head) for head in POOLING), ("mobilenetv2", "dense-128")]
)
def pair(request: pytest.FixtureRequest) -> tuple[keras.Model, keras.Model, PooledHead]:
    """The fitted and the served graph of a network, and its head as the app reads it."""
    backbone, head = request.param
    network = fitted(head, SMALL if backbone == "small" else BACKBONES[backbone])
    served = served_of(network, head)
    return network, served, pooled_head(served, HEADS[head].pooling)


@pytest.mark.parametrize("label", [0, 1])
def test_a_head_that_pools_has_the_closed_forms_map(pair, label: int):
    network, served, head = pair
    features = served.predict(LARGE, verbose=0)["features"]
    expected = np.stack([activation_map(one, head, label) for one in features])

    assert_same_map(gradient_map(served, LARGE, label), expected)
    assert_same_map(gradient_map(network, FILMS, label), expected)


def test_a_channel_of_a_flattened_map_weighs_what_the_lead_gains_where_it_rises():
    network = fitted("vgg16-dense")
    served = served_of(network, "vgg16-dense")
    features = served.predict(LARGE[:1], verbose=0)["features"].astype(np.float64)
    # Each channel up by a millionth and down by it, in float64: no ReLU opens or closes.
    steps = 1e-6 * np.eye(16)[:, np.newaxis, np.newaxis]
    value = np.concatenate([features + steps, features - steps]).reshape(32, -1)
    for name in ("fc1", "fc2", "hidden", "logits"):
        kernel, bias = network.get_layer(name).get_weights()
        value = value @ kernel + bias
        value = value if name == "logits" else np.maximum(value, 0)
    gain = (value[:16] - value[16:]) / 2e-6

    for label in (0, 1):
        expected = np.maximum(features @ (gain[:, label] - gain[:, 1 - label]), 0)
        assert_same_map(gradient_map(served, LARGE[:1], label), expected)


def test_a_finding_has_no_others_that_speak_against_it():
    shape = Shape(size=SIDE, n_classes=3, task=Task.MULTILABEL)
    network = fitted("linear", shape=shape)
    features = served_of(network, "linear", shape).predict(LARGE, verbose=0)["features"]
    kernel = network.get_layer("logits").get_weights()[0]

    found = gradient_map(network, FILMS, 2, task=Task.MULTILABEL)

    assert_same_map(found, np.maximum(features @ kernel[:, 2], 0))


def test_classes_that_exclude_each_other_are_led_by_their_mean():
    shape = Shape(size=SIDE, n_classes=3, task=Task.MULTICLASS)
    network = fitted("linear", shape=shape)
    features = served_of(network, "linear", shape).predict(LARGE, verbose=0)["features"]
    kernel = network.get_layer("logits").get_weights()[0]

    found = gradient_map(network, FILMS, 2, task=Task.MULTICLASS)

    lead = kernel[:, 2] - (kernel[:, 0] + kernel[:, 1]) / 2
    assert_same_map(found, np.maximum(features @ lead, 0))


def test_one_film_has_the_map_that_it_has_in_company():
    network = fitted("log-sum-exp")

    together = gradient_map(network, FILMS, 1)

    assert together.shape == (3, 4, 4)
    for film, expected in zip(FILMS, together, strict=True):
        assert gradient_map(network, film, 1) == pytest.approx(expected, abs=1e-5)


def test_a_network_that_is_held_still_is_explained_all_the_same():
    network = fitted("linear")
    expected = gradient_map(network, FILMS, 1)

    network.trainable = False

    assert_same_map(gradient_map(network, FILMS, 1), expected)


@pytest.mark.filterwarnings("ignore:Please import `zoom`:DeprecationWarning:tf_keras_vis")
@pytest.mark.parametrize(
    ("backbone", "head"),
    [("mobilenetv2", "linear"), ("small", "dense-128"), ("small", "vgg16-dense")],
)
def test_an_independent_grad_cam_agrees(backbone: str, head: str):
    from tf_keras_vis.gradcam import Gradcam

    network = fitted(head, SMALL if backbone == "small" else BACKBONES[backbone])
    names = [layer.name for layer in network.layers]
    # It watches its input, and a tape follows no whole numbers: it gets the network after them.
    inner = keras.Model(network.get_layer("three_channels").output, network.output)
    copy = keras.models.clone_model(inner)
    copy.set_weights(inner.get_weights())

    theirs = Gradcam(copy, clone=False)(
        lambda logits: logits[:, 1] - logits[:, 0],
        FILMS.repeat(3, axis=-1).astype(np.float32),
        penultimate_layer=names[names.index("pooled") - 1],
        seek_penultimate_conv_layer=False,
        expand_cam=False,
        normalize_cam=False,
    )

    ours = gradient_map(network, FILMS, 1)
    cells = ours.shape[1] * ours.shape[2]
    assert_same_map(ours, cells * np.asarray(theirs))


@pytest.fixture(scope="module")
def finder() -> tuple[keras.Model, np.ndarray, np.ndarray]:
    """A network that has learned to see a bright square, films that have one, and where."""
    draw = np.random.default_rng(0)
    films = draw.integers(60, 120, (240, SIDE, SIDE, 1), np.uint8)
    places = draw.integers(0, 4, (240, 2))
    for film, (row, column) in zip(films[::2], places[::2], strict=True):
        film[16 * row + 4 : 16 * row + 12, 16 * column + 4 : 16 * column + 12] = 220
    keras.utils.set_random_seed(0)
    network = build_fitted(SMALL, HEADS["linear"], Shape(size=SIDE))
    network.compile(
        keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    labels = np.arange(240) % 2 == 0
    network.fit(films[40:], labels[40:].astype(int), epochs=8, verbose=0)
    return network, films[:40:2], places[:40:2]


def test_the_map_points_at_what_was_learned(finder):
    network, films, places = finder

    found = gradient_map(network, films, 1)

    highest = np.stack(np.unravel_index(found.reshape(20, 16).argmax(axis=1), (4, 4)), axis=1)
    assert (highest == places).all(axis=1).mean() >= 0.9


@pytest.mark.parametrize("from_layer", [0, 1], ids=["all weights", "the last map and the head"])
def test_the_map_is_lost_with_the_weights(finder, from_layer: int):
    """Adebayo et al. 2018, arXiv:1810.03292: a map that stays would speak of the film alone."""
    network, films, _ = finder
    random = keras.models.clone_model(network)  # with fresh weights
    for layer, learned in list(zip(random.layers, network.layers, strict=True)):
        if isinstance(layer, keras.layers.Conv2D) and from_layer:
            layer.set_weights(learned.get_weights())
            break

    before, after = gradient_map(network, films, 1), gradient_map(random, films, 1)

    ranks = [spearmanr(a.ravel(), b.ravel()).statistic for a, b in zip(before, after, strict=True)]
    assert np.nanmean(np.abs(ranks)) < 0.5


def test_a_head_that_weighs_nothing_has_an_empty_map():
    network = fitted("linear")
    network.get_layer("logits").set_weights([np.zeros((16, 2)), np.zeros(2)])

    assert not gradient_map(network, FILMS, 1).any()


def test_a_film_of_another_kind_is_refused():
    network = fitted("linear")

    with pytest.raises(ValueError, match="uint8"):
        gradient_map(network, FILMS.astype(np.float32), 1)
    with pytest.raises(ValueError, match="64, 64, 1"):
        gradient_map(network, LARGE, 1)
    with pytest.raises(ValueError, match="0 to 1"):
        gradient_map(network, FILMS, 2)


def test_another_backend_is_named_as_what_is_wrong(monkeypatch: pytest.MonkeyPatch):
    network = fitted("linear")
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")

    with pytest.raises(TrainingError, match="KERAS_BACKEND=tensorflow"):
        gradient_map(network, FILMS, 1)
