"""Several devices, and layers that compute in a shorter number."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from training.devices import on_all_devices
from training.precision import computing_in
from training.tables import Precision

ONE_EPOCH = """
import contextlib, json, sys
import keras, numpy as np, tensorflow as tf
from training.batches import Batches, Targets
from training.devices import on_all_devices

(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
names = json.loads(sys.argv[1])
with on_all_devices(names) as used:
    keras.utils.set_random_seed(1)
    film = keras.Input((8, 8, 1), dtype="uint8")
    maps = keras.layers.Conv2D(4, 3, activation="relu")(keras.ops.cast(film, "float32") / 255.0)
    pooled = keras.layers.GlobalAveragePooling2D()(maps)
    network = keras.Model(film, keras.layers.Dense(2)(pooled))
    network.compile(
        keras.optimizers.SGD(0.5),
        loss=lambda targets, logits: -keras.ops.sum(targets * keras.ops.log_softmax(logits), -1),
    )
    draw = np.random.default_rng(0)
    targets = Targets(
        classes=np.eye(2, dtype=np.float32)[np.arange(16) % 2],
        weights=(0.5 + np.arange(16) % 2).astype(np.float32),
    )
    batches = Batches(
        draw.integers(0, 256, (16, 8, 8, 1), np.uint8), targets, order=np.arange(16), size=8,
        change=lambda film, draw: film, seed=(0, 0),
    )
    before = [weight.tolist() for weight in network.get_weights()]
    network.fit(batches, shuffle=False, verbose=0)
print(json.dumps([used, before, [weight.tolist() for weight in network.get_weights()]]))
"""


def trained_on(*devices: str) -> tuple[int, list[np.ndarray], list[np.ndarray]]:
    """Train two steps in a process of their own: devices are divided once, before the first use."""
    out = subprocess.run(
        [sys.executable, "-c", ONE_EPOCH, json.dumps(list(devices))],
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    used, before, after = json.loads(out.splitlines()[-1])
    return used, [np.array(one) for one in before], [np.array(one) for one in after]


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="divides TensorFlow's devices")
def test_two_devices_learn_what_one_does():
    one, first, alone = trained_on("CPU:0")
    two, same_first, together = trained_on("CPU:0", "CPU:1")

    assert (one, two) == (1, 2)
    for before, other in zip(first, same_first, strict=True):
        assert np.array_equal(before, other)
    assert max(np.abs(a - b).max() for a, b in zip(first, alone, strict=True)) > 0.001
    for a, b in zip(alone, together, strict=True):
        assert a == pytest.approx(b, abs=1e-5)


def test_a_machine_without_accelerators_is_used_as_it_is():
    with on_all_devices([]) as used:
        kernel = keras.layers.Dense(1)(np.ones((1, 1), np.float32))

    assert used == 1
    assert kernel.shape == (1, 1)


@pytest.mark.parametrize("precision", list(Precision))
def test_weights_stay_whole_numbers_of_32_bits(precision: Precision):
    with computing_in(precision):
        layer = keras.layers.Dense(1)
        layer.build((None, 3))

    assert layer.compute_dtype == precision.value.removeprefix("mixed_")
    assert {weight.dtype for weight in layer.weights} == {"float32"}


@pytest.mark.parametrize("precision", list(Precision))
def test_networks_built_afterwards_compute_as_before(precision: Precision):
    before = keras.config.dtype_policy().name

    with computing_in(precision):
        assert keras.config.dtype_policy().name == precision.value

    assert keras.config.dtype_policy().name == before


def test_an_error_while_a_network_is_built_leaves_the_policy_as_it_was():
    before = keras.config.dtype_policy().name

    with pytest.raises(ZeroDivisionError), computing_in(Precision.MIXED_BFLOAT16):
        _ = 1 / 0

    assert keras.config.dtype_policy().name == before
