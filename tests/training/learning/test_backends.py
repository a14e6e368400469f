"""The same training step under another Keras backend, where one is installed."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

STEPS = """
from pathlib import Path
import numpy as np, keras
from training.learning.fit import FitRun, Labelled, by_labels, fit
from training.networks.heads import HEADS
from training.learning.losses import loss_of
from training.networks.graphs import Shape, build_fitted
from training.networks.backbones import BACKBONES
from training.recipes.fitting import FitRecipe
from cxr_app.spec import Task

assert keras.backend.backend() == "{backend}"
recipe = FitRecipe(epochs=1, batch=4, learning_rate=0.001, average=0.5)
network = build_fitted(BACKBONES["mobilenetv2"], HEADS["linear"], Shape(size=32))
films = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 1), np.uint8)
truth = np.eye(2, dtype=np.uint8)[np.arange(8) % 2]
before = network.get_weights()[0]
shown = Labelled(items=films, truth=truth)
_, best = fit(lambda: by_labels(network, loss_of(Task.BINARY, recipe, truth)), shown, shown,
              recipe=recipe, change=lambda film, draw: film,
              run=FitRun(folder=Path("{file}").parent / "run", seed=0))
assert not np.array_equal(before, network.get_weights()[0])
network.load_weights(best)
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

    network = build_fitted(BACKBONES["mobilenetv2"], HEADS["linear"], Shape(size=32))
    network.load_weights(file)
    films = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 1), np.uint8)
    expected = np.array(json.loads(out.splitlines()[-1]))
    assert network.predict(films, verbose=0) == pytest.approx(expected, abs=1e-4)
