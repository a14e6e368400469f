"""Evidence by gradients: the closed form's map, for any head; and its picture."""

import io
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image
from scipy.stats import spearmanr

from cxr_app.bundle import load_bundle
from cxr_app.errors import BundleError, Rejected, TrainingError
from cxr_app.heatmap import Layer, PooledHead, activation_map
from cxr_app.imaging.phantom import draw_phantom, phantom_png
from cxr_app.spec import Task
from tests.bundles import NOTICE, drawn_inputs, tiny_network, tiny_spec
from training.explain import RAMP, Inquiry, draw_map, explain, gradient_map
from training.export import _head_bytes, export
from training.heads import HEADS
from training.networks import BACKBONES, Backbone, Shape, build_fitted, build_served

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


class TestPicture:
    """What is drawn."""

    FILM = draw_phantom(0, size=(160, 128), marked=False)

    def drawn(self, evidence: np.ndarray, label: str = "PNEUMONIA", notice: str = NOTICE):
        return Image.open(io.BytesIO(draw_map(self.FILM, evidence, label, notice=notice)))

    def colored(self, evidence: np.ndarray) -> np.ndarray:
        """Rows and columns of what is orange in the two films, without the scale beside them."""
        picture = np.asarray(self.drawn(evidence).convert("RGB")).astype(int)
        found = np.argwhere(picture[..., 0] - picture[..., 2] > 40)
        return found[found[:, 1] < 0.88 * picture.shape[1]] / picture.shape[:2]

    def test_evidence_is_drawn_where_it_lies_and_on_one_of_the_films(self):
        corner = np.zeros((4, 4), np.float32)
        corner[3, 0] = 2.0  # below, on the left

        rows, columns = self.colored(corner).T

        assert rows.min() > 0.5
        assert columns.min() > 0.4
        assert columns.max() < 0.7

    def test_nothing_is_laid_over_the_film_where_nothing_spoke(self):
        empty = np.zeros((4, 4), np.float32)

        assert not len(self.colored(empty))
        assert "Nothing in this film spoke for PNEUMONIA" in self.drawn(empty).text["Description"]

    def test_its_size_and_the_notice_are_said(self):
        text = self.drawn(np.ones((3, 5), np.float32)).text

        assert text["Title"] == "What spoke for PNEUMONIA"
        assert "5 x 3 cells" in text["Description"]
        assert NOTICE in text["Description"]

    @pytest.mark.parametrize("shape", [(1, 1), (1, 4), (16, 16)])
    def test_a_map_of_any_size_is_drawn(self, shape: tuple[int, int]):
        assert len(self.colored(np.ones(shape, np.float32)))

    def test_a_dollar_sign_is_no_formula(self):
        self.drawn(np.ones((2, 2), np.float32), label=r"$\frac", notice="$ $")

    def test_the_scale_rises_in_lightness(self):
        red, green, blue, _ = RAMP(np.linspace(0, 1, 50)).T

        # Rec. 709, of linear light; a power of 2.2 is near enough to tell up from down.
        light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
        assert (np.diff(light) > 0).all()


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that tells three findings apart."""
    keras.utils.set_random_seed(3)
    shape = Shape(size=SIDE, n_classes=3, task=Task.MULTILABEL)
    served = build_served(SMALL, HEADS["linear"], shape)
    spec = tiny_spec()
    spec = replace(
        spec,
        task=Task.MULTILABEL,
        labels=("EDEMA", "EFFUSION", "NODULE"),
        decision=replace(spec.decision, temperature=1.0, bias=(0.0, 9.0, -9.0)),
    )
    target = tmp_path_factory.mktemp("models") / "findings"
    export(served, spec, films=drawn_inputs(2), target=target, report=lambda bundle: None)
    return target


class TestExplain:
    """From a bundle and a file to a picture."""

    @pytest.fixture
    def inquiry(self, tiny_bundle: Path, tmp_path: Path):
        (tmp_path / "films").mkdir()
        (tmp_path / "films" / "DOE JANE.png").write_bytes(phantom_png(0, size=(200, 180)))

        def make(**changes: object) -> Inquiry:
            values = {
                "model": tiny_bundle,
                "film": tmp_path / "films" / "DOE JANE.png",
                "label": None,
                "output": tmp_path / "map.png",
            }
            return Inquiry(**{**values, **changes})

        return make

    def test_the_label_that_was_asked_for_is_explained(self, inquiry, tmp_path: Path):
        place = explain(inquiry(label="NORMAL"))

        assert place == tmp_path / "map.png"
        text = Image.open(place).text
        assert text["Title"] == "What spoke for NORMAL"
        assert "8 x 8 cells" in text["Description"]
        assert b"DOE" not in place.read_bytes()

    def test_without_one_it_is_the_label_that_the_app_gives(self, inquiry, tiny_bundle: Path):
        from cxr_app import Prediction

        asked = inquiry()
        label = Prediction(load_bundle(tiny_bundle)).classify_image(Image.open(asked.film)).label

        assert Image.open(explain(asked)).text["Title"] == f"What spoke for {label}"

    @pytest.mark.parametrize("label", [None, "EDEMA"])
    def test_a_bundle_of_findings_is_explained(self, inquiry, findings: Path, label: str | None):
        title = Image.open(explain(inquiry(model=findings, label=label))).text["Title"]

        # Without one, EFFUSION: the biases are 0, 9 and -9.
        assert title == f"What spoke for {label or 'EFFUSION'}"

    def test_a_head_that_weighs_nothing_is_said(self, inquiry, tmp_path: Path):
        network = tiny_network()
        network.get_layer("logits").set_weights([np.zeros((16, 2)), np.zeros(2)])
        export(network, tiny_spec(), films=drawn_inputs(2), target=tmp_path / "empty",
               report=lambda bundle: None)  # fmt: skip

        place = explain(inquiry(model=tmp_path / "empty", label="PNEUMONIA"))

        assert "Nothing in this film spoke for PNEUMONIA" in Image.open(place).text["Description"]

    @pytest.mark.parametrize(
        ("output", "reason"),
        [
            ("old.png", "is there already"),
            ("films/map.png", "apart from the films"),
            ("films/deeper/map.png", "apart from the films"),
            ("map.jpeg", r"must end in \.png"),
            ("nowhere/map.png", "no folder nowhere"),
        ],
    )
    def test_an_output_that_could_do_harm_is_refused(
        self, inquiry, tmp_path: Path, output: str, reason: str
    ):
        (tmp_path / "old.png").write_bytes(b"old")

        with pytest.raises(TrainingError, match=reason):
            explain(inquiry(output=tmp_path / output))

        assert (tmp_path / "old.png").read_bytes() == b"old"
        assert len(list(tmp_path.rglob("*.*"))) == 2  # the film and the old file

    def test_a_bundle_is_not_written_into(self, inquiry, tiny_bundle: Path):
        with pytest.raises(TrainingError, match="apart from the model"):
            explain(inquiry(output=tiny_bundle / "map.png"))

    def test_a_label_of_another_model_is_refused(self, inquiry):
        with pytest.raises(TrainingError, match="no label 'EDEMA'; it has NORMAL, PNEUMONIA"):
            explain(inquiry(label="EDEMA"))

    def test_what_is_no_film_is_rejected_as_the_app_does(self, inquiry, tmp_path: Path):
        with pytest.raises(Rejected, match="no file at this place"):
            explain(inquiry(film=tmp_path / "films" / "none.png"))

    def test_what_is_no_bundle_is_refused(self, inquiry, tmp_path: Path):
        with pytest.raises(BundleError, match=r"no spec\.json"):
            explain(inquiry(model=tmp_path / "films"))
