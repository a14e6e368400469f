"""First weights: downloaded, from a file, or none."""

from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from training.errors import TrainingError
from training.networks.weights import FirstWeights, first_weights_of, start_from


def build(weights: str | None = None) -> keras.Model:
    film = keras.Input((8, 8, 1))
    maps = keras.layers.Conv2D(2, 3, name="conv")(film)
    maps = keras.layers.BatchNormalization(name="norm")(maps)
    pooled = keras.layers.GlobalAveragePooling2D()(maps)
    return keras.Model(film, keras.layers.Dense(2, name="logits")(pooled))


@pytest.fixture(scope="module")
def trained() -> keras.Model:
    keras.utils.set_random_seed(5)
    return build()


def as_npz(network: keras.Model, place: Path) -> Path:
    arrays = {
        f"{la.name}/{v.name}": keras.ops.convert_to_numpy(v)
        for la in network.layers
        for v in la.weights
    }
    np.savez(place, **arrays)
    return place


@pytest.fixture(params=["own.npz", "own.weights.h5"])
def file(request: pytest.FixtureRequest, trained: keras.Model, tmp_path: Path) -> Path:
    place = tmp_path / request.param
    if place.suffix == ".npz":
        return as_npz(trained, place)
    trained.save_weights(place)
    return place


def test_a_file_gives_every_layer_its_weights(file: Path, trained: keras.Model):
    network = start_from(FirstWeights(str(file)), build)

    for found, expected in zip(network.get_weights(), trained.get_weights(), strict=True):
        assert np.array_equal(found, expected)


def test_a_compiled_networks_file_is_read_too(trained: keras.Model, tmp_path: Path):
    trained.compile("adam", "mse")
    trained.save_weights(tmp_path / "own.weights.h5")

    network = start_from(FirstWeights(str(tmp_path / "own.weights.h5")), build)

    assert np.array_equal(network.get_weights()[0], trained.get_weights()[0])


def test_another_head_starts_anew(file: Path):
    def wider(weights: str | None) -> keras.Model:
        base = build()
        pooled = base.layers[-2].output
        return keras.Model(base.inputs, keras.layers.Dense(5, name="logits")(pooled))

    assert start_from(FirstWeights(str(file)), wider).output_shape == (None, 5)


def test_half_a_backbone_is_refused_by_name(trained: keras.Model, tmp_path: Path):
    with np.load(as_npz(trained, tmp_path / "own.npz")) as stored:
        arrays = {name: stored[name] for name in stored.files if name != "norm/gamma"}
    np.savez(tmp_path / "own.npz", **arrays)

    with pytest.raises(TrainingError, match="norm/gamma is missing"):
        start_from(FirstWeights(str(tmp_path / "own.npz")), build)


def test_values_that_are_not_numbers_are_refused(trained: keras.Model, tmp_path: Path):
    with np.load(as_npz(trained, tmp_path / "own.npz")) as stored:
        arrays = dict(stored)
    arrays["conv/kernel"] = arrays["conv/kernel"] * np.nan
    np.savez(tmp_path / "own.npz", **arrays)

    with pytest.raises(TrainingError, match="not numbers"):
        start_from(FirstWeights(str(tmp_path / "own.npz")), build)


def test_a_failed_download_names_the_alternatives():
    def offline(weights: str | None) -> keras.Model:
        raise Exception("URL fetch failure")  # Keras raises just this

    with pytest.raises(TrainingError, match=r"--weights none") as caught:
        start_from(FirstWeights("imagenet"), offline)

    assert "cannot be downloaded" in str(caught.value)


@pytest.mark.parametrize("name", ["model.h5", "model.keras", "model.pkl"])
def test_what_could_carry_code_is_never_opened(name: str, tmp_path: Path):
    (tmp_path / name).write_bytes(b"x")

    with pytest.raises(TrainingError, match=r"neither \.weights\.h5 nor \.npz"):
        FirstWeights(str(tmp_path / name))


def test_a_pickled_archive_is_not_unpickled(tmp_path: Path):
    np.savez(tmp_path / "own.npz", evil=np.array([object()], dtype=object))

    with pytest.raises(TrainingError, match="no plain NumPy archive"):
        start_from(FirstWeights(str(tmp_path / "own.npz")), build)


@pytest.mark.parametrize(
    "link",
    [
        pytest.param(h5py.ExternalLink("/etc/passwd", "/"), id="into another file"),
        pytest.param(h5py.SoftLink("/layers"), id="to another place"),
    ],
)
def test_links_in_a_weights_file_are_not_followed(link, trained: keras.Model, tmp_path: Path):
    place = tmp_path / "own.weights.h5"
    trained.save_weights(place)
    with h5py.File(place, "a") as stored:
        stored["layers/extra"] = link

    with pytest.raises(TrainingError) as caught:
        start_from(FirstWeights(str(place)), build)

    assert caught.value.code == "model_unsafe"


def test_a_candidate_may_have_a_source_of_its_own(tmp_path: Path):
    own = as_npz(build(), tmp_path / "own.npz")

    first = first_weights_of(["none", f"resnet50={own}"], ("densenet121", "resnet50"))

    assert (first["densenet121"].source, first["resnet50"].source) == ("none", str(own))


def test_without_an_argument_it_is_imagenet():
    assert first_weights_of([], ("densenet121",))["densenet121"].source == "imagenet"


def test_a_candidate_that_the_recipe_lacks_is_refused():
    with pytest.raises(TrainingError, match="vgg16 is no candidate"):
        first_weights_of(["vgg16=none"], ("densenet121",))
