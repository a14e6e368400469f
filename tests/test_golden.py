"""One film, one probability: in training, from the class, on the command line and on the page."""

import json
from pathlib import Path

import keras
import pytest

from cxr_app import Prediction, load_bundle
from cxr_app.cli import main
from cxr_app.decision import confidences
from cxr_app.imaging.decode import decode
from cxr_app.imaging.drawing import draw_png
from cxr_app.limits import Limits
from tests.stories.page import classify, open_page, workspace
from training.data.film_reader import AS_GIVEN
from training.data.sources import read_class_folders

FILM = draw_png(5, size=(420, 300), consolidation=0.7)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    for label in ("NORMAL", "PNEUMONIA"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "film.png").write_bytes(FILM)
    return tmp_path / "PNEUMONIA" / "film.png"


def in_training(film: Path, bundle_folder: Path) -> dict[str, float]:
    """Decode as training does, and predict with the network that was exported."""
    labelled = read_class_folders(film.parent.parent, ("NORMAL", "PNEUMONIA"))[1]
    network = keras.saving.load_model(bundle_folder / "model.keras", compile=False)
    logits = network.predict(AS_GIVEN.read(labelled)[None], verbose=0)["logits"]
    decision = load_bundle(bundle_folder).spec.decision
    shares = confidences(logits, temperature=decision.temperature, bias=decision.bias)[0]
    return dict(zip(("NORMAL", "PNEUMONIA"), shares.tolist(), strict=True))


def from_the_class(bundle_folder: Path) -> dict[str, float]:
    prediction = Prediction(load_bundle(bundle_folder))
    return dict(prediction.classify_image(decode(FILM, Limits())).confidences)


def on_the_command_line(film: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    capsys.readouterr()
    assert main(["predict", str(film), "--format", "jsonl"]) == 0
    return json.loads(capsys.readouterr().out)["confidences"]


def on_the_page() -> dict[str, float]:
    page = classify(open_page(), ("film.png", FILM, "image/png"))
    (outcome,) = workspace(page).sessions[0].outcomes
    return dict(outcome.record.confidences)


def test_one_film_has_one_probability_everywhere(film, tiny_bundle, monkeypatch, capsys):
    monkeypatch.setenv("CXR_MODEL", str(tiny_bundle))

    served = from_the_class(tiny_bundle)

    assert on_the_command_line(film, capsys) == pytest.approx(served, abs=1e-9)
    assert on_the_page() == pytest.approx(served, abs=1e-9)
    # Another runtime: to the tolerance of the export, over the tiny bundle's steep calibration.
    assert in_training(film, tiny_bundle) == pytest.approx(served, abs=1e-3)
