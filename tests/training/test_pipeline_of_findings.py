"""From an archive of findings to a bundle that is measured, and refused by the page."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from cxr_app import load_bundle
from cxr_app.errors import BundleError
from cxr_app.imaging.drawing import draw_film
from cxr_app.spec import Task
from training.cli import main
from training.data.film_reader import AS_GIVEN
from training.data.reduction import shrink
from training.data.sources.nih import read_nih_findings
from training.evaluation import ledger
from training.networks.backbones import BACKBONES
from training.networks.graphs import Shape, build_fitted
from training.networks.heads import HEADS

FINDINGS = ("Edema", "Mass")

RECIPE = """
name = "findings"
seed = 1
candidates = ["mobilenetv2"]
[data]
source = "nih-findings"
labels = ["Edema", "Mass"]
left_out = ["Hernia"]
fit = 0.5
validation = 0.25
calibration = 0.25
[network]
head = "log-sum-exp"
size = 32
freeze = "all-but-last-block"
[fit]
epochs = 6
batch = 8
learning_rate = 3e-3
optimizer = "adam"
schedule = "plateau"
clip_norm = 0.0
views = 2
[augment]
flip = 0.5
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw forty-eight films; those with Edema are bright, every third has a Mass."""
    folder = tmp_path_factory.mktemp("nih")
    rows, test = ["Image Index,Finding Labels,Patient ID,Patient Sex"], []
    for place in range(48):
        findings = ["Edema"] * (place % 2) + ["Mass"] * (place % 3 == 0)
        findings += ["Hernia"] * (place == 47)
        name = f"{place:08}_000.png"
        pixels = draw_film(place, size=(160, 128), consolidation=0.9 * (place % 2)).pixels
        Image.fromarray(pixels if place % 2 else pixels // 4).save(folder / name)
        rows.append(f"{name},{'|'.join(findings) or 'No Finding'},{place},{'MF'[place % 4 < 2]}")
        test += [name] * (place >= 36)
    (folder / "Data_Entry.csv").write_text("\n".join(rows))
    (folder / "test_list.txt").write_text("\n".join(test))
    return folder


@pytest.fixture(scope="module")
def backbone(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make first weights whose batch-norm knows what films look like."""
    keras.utils.set_random_seed(2)
    shape = Shape(size=32, n_classes=2, task=Task.MULTILABEL)
    network = build_fitted(BACKBONES["mobilenetv2"], HEADS["log-sum-exp"], shape)
    films = read_nih_findings(archive, FINDINGS)
    pictures = np.stack([shrink(AS_GIVEN.read(film), 32) for film in films])
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    network(pictures, training=True)
    place = tmp_path_factory.mktemp("weights") / "first.weights.h5"
    network.save_weights(place)
    return place


@pytest.mark.slow
def test_findings_become_a_bundle_that_is_measured_and_not_served(
    archive: Path, backbone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ledger, "LEDGER", tmp_path / "ledger.csv")
    recipe, model = tmp_path / "findings.toml", tmp_path / "models" / "findings"
    recipe.write_text(RECIPE)
    data = ["--data", str(archive), "--recipe", str(recipe)]

    trained = ["select", *data, "--weights", str(backbone), "--run", str(tmp_path / "run")]
    assert main([*trained, "--output", str(model)]) == 0
    assert main(["evaluate", "--model", str(model), *data]) == 0

    metrics = json.loads((model / "report" / "metrics.json").read_text())
    found = metrics["evaluations"]["test"]
    # Twelve films are named by the list; the one with a Hernia is left out.
    assert found["films"] == 11
    assert sum(metrics["films"].values()) == 36
    by_label = {one["label"]: one["figures"]["auc"]["value"] for one in found["labels"]}
    assert list(by_label) == list(FINDINGS)
    assert by_label["Edema"] > 0.9  # bright films are easy to tell
    assert len((tmp_path / "ledger.csv").read_text().splitlines()) == 2
    assert "## Measured on the test films" in (model / "report" / "card.md").read_text()
    with pytest.raises(BundleError, match="multilabel"):
        load_bundle(model)
