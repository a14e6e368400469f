"""A network within a model that Keras saved, read by name and by kind of layer."""

import io
import json
import zipfile

import h5py
import numpy as np
import pytest

from training.errors import TrainingCode, TrainingError
from training.published_weights.keras_archive import read_keras_archive

LAYERS = (
    ("InputLayer", "film"),
    ("Conv2D", "conv1_conv"),
    ("BatchNormalization", "conv1_bn"),
    ("Activation", "relu"),
    ("Conv2D", "conv2_conv"),
)
KERNELS = (np.arange(6, dtype=np.float32).reshape(1, 1, 2, 3), np.ones((1, 1, 3, 4), np.float32))
NORM = [np.full(3, value, np.float32) for value in (1.0, 2.0, 3.0, 4.0)]


def saved(*, network: str = "drawn", norm: int = 4) -> bytes:
    """Write a model whose first layer is a network of two convolutions and a batch-norm."""
    inner = {
        "name": network,
        "layers": [{"class_name": kind, "config": {"name": name}} for kind, name in LAYERS],
    }
    head = {"class_name": "Dense", "config": {"name": "classes"}}
    config = {"config": {"layers": [{"class_name": "Functional", "config": inner}, head]}}
    weights = io.BytesIO()
    with h5py.File(weights, "w") as stored:
        place = "layers/functional/layers"
        stored[f"{place}/conv2d/vars/0"], stored[f"{place}/conv2d_1/vars/0"] = KERNELS
        for number, values in enumerate(NORM[:norm]):
            stored[f"{place}/batch_normalization/vars/{number}"] = values
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as members:
        members.writestr("config.json", json.dumps(config))
        members.writestr("model.weights.h5", weights.getvalue())
    return packed.getvalue()


def test_arrays_are_read_by_layer_in_the_order_of_their_kind():
    arrays = read_keras_archive(saved(), "drawn", file="drawn.keras")

    assert list(arrays) == [
        "conv1_conv/kernel",
        "conv1_bn/gamma",
        "conv1_bn/beta",
        "conv1_bn/moving_mean",
        "conv1_bn/moving_variance",
        "conv2_conv/kernel",
    ]
    assert np.array_equal(arrays["conv1_conv/kernel"], KERNELS[0])
    assert np.array_equal(arrays["conv2_conv/kernel"], KERNELS[1])
    assert arrays["conv1_bn/moving_variance"].tolist() == [4.0, 4.0, 4.0]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(saved(network="another"), id="another network"),
        pytest.param(saved(norm=3), id="an array too few"),
        pytest.param(saved()[:200], id="cut"),
        pytest.param(b"", id="empty"),
    ],
)
def test_what_holds_no_such_network_is_refused(content: bytes):
    with pytest.raises(TrainingError, match="holds no network called drawn") as caught:
        read_keras_archive(content, "drawn", file="drawn.keras")

    assert caught.value.code is TrainingCode.DATA_INVALID
