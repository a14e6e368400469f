"""Names and axes, from PyTorch's to Keras'."""

import numpy as np
import pytest

from training.errors import TrainingError
from training.published_weights.layout import to_keras


def converted(name: str, tensor: np.ndarray) -> tuple[str, np.ndarray]:
    ((key, array),) = to_keras({name: tensor}, file="own").items()
    return key, array


def test_a_convolutions_kernel_ends_with_its_channels():
    # Output channel o, input channel i, row y, column x: 1000 o + 100 i + 10 y + x.
    o, i, y, x = np.ogrid[:4, :3, :2, :2]
    kernel = (1000 * o + 100 * i + 10 * y + x).astype(np.float32)

    key, array = converted("_conv_stem.weight", kernel)

    assert (key, array.shape) == ("stem_conv/kernel", (2, 2, 3, 4))
    assert array[1, 0, 2, 3] == 3210
    assert array[0, 1, 0, 2] == 2001


def test_a_depthwise_kernel_keeps_one_filter_for_each_channel():
    c, _, y, x = np.ogrid[:5, :1, :3, :3]
    kernel = (100 * c + 10 * y + x).astype(np.float32)

    key, array = converted("_blocks.7._depthwise_conv.weight", kernel)

    assert (key, array.shape) == ("block07_dw_conv/kernel", (3, 3, 5, 1))
    assert array[2, 1, 4, 0] == 421


def test_the_dense_layer_is_turned():
    key, array = converted("_fc.weight", np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))

    assert key == "top/kernel"
    assert array.tolist() == [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("_bn0.weight", "stem_bn/gamma"),
        ("_bn1.bias", "head_bn/beta"),
        ("_fc.bias", "top/bias"),
        ("_blocks.0._bn1.running_mean", "block00_dw_bn/moving_mean"),
        ("_blocks.12._bn0.running_var", "block12_expand_bn/moving_variance"),
        ("_blocks.20._bn2.weight", "block20_project_bn/gamma"),
    ],
)
def test_vectors_are_only_renamed(theirs: str, ours: str):
    key, array = converted(theirs, np.array([3.0, 1.0]))

    assert key == ours
    assert array.tolist() == [3.0, 1.0]


def test_a_count_of_batches_is_left_out():
    assert to_keras({"_bn0.num_batches_tracked": np.array(0)}, file="own") == {}


@pytest.mark.parametrize(
    "name",
    [
        "",
        "weight",
        "_bn3.weight",
        "_conv_stem.running_mean",
        "_conv_stem.num_batches_tracked",
        "_blocks.0._bn3.weight",
        "_blocks.0.weight",
        "_blocks.100._bn0.weight",
        "_blocks.0._se_reduce.weight",
    ],
)
def test_what_the_network_does_not_have_is_refused_by_name(name: str):
    with pytest.raises(TrainingError, match="is no part of the network") as caught:
        to_keras({name: np.zeros(2)}, file="own")

    assert caught.value.code == "data_invalid"
    assert f": {name} is" in str(caught.value)


def test_another_number_of_axes_is_refused():
    with pytest.raises(TrainingError, match="has 2 axes, 4 are needed"):
        to_keras({"_conv_stem.weight": np.zeros((2, 2))}, file="own")


@pytest.mark.slow
def test_the_layers_bear_the_names_that_their_network_gives_them():
    import keras

    from training.networks.efficientnet_lite import LITE0, efficientnet_lite

    picture = keras.Input((32, 32, 3))
    network = keras.Model(picture, efficientnet_lite(picture, LITE0))
    parts = ("_expand_conv", "_bn0", "_depthwise_conv", "_bn1", "_project_conv", "_bn2")
    names = [f"_blocks.{n}.{part}" for n in range(16) for part in (parts if n else parts[2:])]
    names += ["_conv_stem", "_bn0", "_conv_head", "_bn1"]

    found = to_keras(
        {f"{name}.weight": np.zeros((1,) * (1 if "_bn" in name else 4)) for name in names},
        file="own",
    )

    expected = {f"{la.name}/{la.weights[0].name}" for la in network.layers if la.weights}
    assert set(found) == expected
