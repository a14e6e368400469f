"""The same training step under another Keras backend, where one is installed."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

STEPS = """
import numpy as np, keras
from training.data.batches import Batches
from training.learning.fit import Labelled, targets_of
from training.networks.heads import HEADS
from training.learning.losses import loss_of
from training.networks.graphs import Shape, build_fitted
from training.networks.backbones import BACKBONES
from training.learning.optimizers import optimizer_of
from training.recipes.fitting import FitRecipe
from training.learning.schedules import SCHEDULES
from cxr_app.spec import Task

assert keras.backend.backend() == "{backend}"
recipe = FitRecipe(epochs=1, batch=4, learning_rate=0.001)
network = build_fitted(BACKBONES["densenet121"], HEADS["linear"], Shape(size=32))
films = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 1), np.uint8)
truth = np.eye(2, dtype=np.uint8)[np.arange(8) % 2]
rate = SCHEDULES["cosine"].start(recipe, 2)
network.compile(optimizer_of(recipe, rate), loss_of(Task.BINARY, recipe, truth))
targets = targets_of(Labelled(items=films, truth=truth), recipe)
batches = Batches(films, targets, order=np.arange(8), size=4,
                  change=lambda film, draw: film, seed=(0, 0))
before = network.get_weights()[0]
network.fit(batches, shuffle=False, verbose=0)
assert not np.array_equal(before, network.get_weights()[0])
network.save_weights("{file}")
print(network.predict(films, verbose=0).tolist())
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_two_steps_and_the_weights_load_back(backend: str, tmp_path: Path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed, and the project does not ask for it")
    import json

    import numpy as np

    from training.networks.backbones import BACKBONES
    from training.networks.graphs import Shape, build_fitted
    from training.networks.heads import HEADS

    file = tmp_path / "own.weights.h5"
    out = subprocess.run(
        [sys.executable, "-c", STEPS.format(backend=backend, file=file)],
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(Path.cwd())},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    network = build_fitted(BACKBONES["densenet121"], HEADS["linear"], Shape(size=32))
    network.load_weights(file)
    films = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 1), np.uint8)
    expected = np.array(json.loads(out.splitlines()[-1]))
    assert network.predict(films, verbose=0) == pytest.approx(expected, abs=1e-4)
