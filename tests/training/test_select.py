"""From drawn films to a bundle that answers: the whole way, small."""

import json
import logging
from pathlib import Path

import pytest

from cxr_app import Prediction, load_bundle
from cxr_app.cli import main as predict
from cxr_app.errors import TrainingError
from cxr_app.imaging.phantom import draw_phantom, phantom_png
from training.cli import main
from training.fit import Epoch
from training.metrics import Scores
from training.select import Candidate, choose

RECIPE = """
name = "smoke"
seed = 1
candidates = [{candidates}]
[data]
fit = 0.5
validation = 0.25
calibration = 0.25
[network]
size = 64
freeze = "{freeze}"
[fit]
epochs = 1
batch = 8
learning_rate = 0.002
[retrain]
epochs = 1
"""


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    for place in range(20):
        label = ("NORMAL", "PNEUMONIA")[place % 2]
        (folder / label).mkdir(exist_ok=True)
        picture = phantom_png(place, size=(160, 128), consolidation=0.9 * (place % 2))
        (folder / label / f"{place}.png").write_bytes(picture)
    return folder


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    place = tmp_path / "smoke.toml"
    place.write_text(RECIPE.format(candidates='"densenet121"', freeze="all"))
    return place


def select(films: Path, recipe: Path, tmp_path: Path, *more: str) -> int:
    arguments = ["--data", films, "--recipe", recipe, "--run", tmp_path / "run"]
    target = ["--output", tmp_path / "models" / "smoke"]
    return main(["select", *map(str, arguments + target), *more])


@pytest.mark.slow
def test_both_networks_are_trained_and_the_winner_answers(films, recipe, tmp_path, capsys):
    recipe.write_text(RECIPE.format(candidates='"densenet121", "resnet50"', freeze="none"))

    assert select(films, recipe, tmp_path, "--weights", "none") == 0

    bundle = load_bundle(tmp_path / "models" / "smoke")
    metrics = json.loads((bundle.folder / "report" / "metrics.json").read_text())
    assert {c["backbone"] for c in metrics["candidates"]} == {"densenet121", "resnet50"}
    assert metrics["winner"] == bundle.spec.network.backbone
    assert metrics["bundle_sha256"] == bundle.sha256
    card = (bundle.folder / "report" / "card.md").read_text()
    assert str(films) not in card
    assert (bundle.folder / "report" / "plots" / "curves.png").stat().st_size > 1000
    # The same number from the class and from the command line.
    film = films / "PNEUMONIA" / "1.png"
    result = Prediction(bundle).classify_image(draw_phantom(1, size=(160, 128), consolidation=0.9))
    capsys.readouterr()
    predict(["predict", str(film), "--model", str(bundle.folder), "--format", "jsonl"])
    record = json.loads(capsys.readouterr().out)
    assert record["confidences"] == pytest.approx(dict(result.confidences), abs=1e-6)


@pytest.mark.slow
def test_a_frozen_backbones_features_are_computed_once(films, recipe, tmp_path):
    assert select(films, recipe, tmp_path, "--weights", "none") == 0

    bundle = load_bundle(tmp_path / "models" / "smoke")
    assert bundle.spec.network.trainable == 2050
    # Fit and validation films, and both together for the retraining.
    assert len(list((tmp_path / "run" / "cache").glob("features-*"))) == 3
    # Its backbone is untouched: only the head differs from the first weights.
    assert bundle.head is not None


def test_a_bundle_that_is_there_is_not_written_over(films, recipe, tmp_path, capsys):
    (tmp_path / "models" / "smoke").mkdir(parents=True)

    assert select(films, recipe, tmp_path, "--weights", "none") == 2
    assert "--replace" in capsys.readouterr().err


def test_bad_data_is_said_before_anything_is_trained(recipe, tmp_path, capsys):
    assert select(tmp_path / "none", recipe, tmp_path) == 2
    assert capsys.readouterr().err.startswith("data_invalid: ")
    assert not (tmp_path / "models").exists()


def epoch(accuracy: float, auc: float = 0.9, sensitivity: float = 0.9) -> Epoch:
    return Epoch(
        epoch=1,
        loss=0.1,
        validation=Scores(
            accuracy=accuracy, auc=auc, sensitivity=sensitivity,
            specificity=0.0 if sensitivity == 1 else 0.9, brier=0.1, ece=0.1, films=100,
        ),
    )  # fmt: skip


def candidate(name: str, *epochs: Epoch) -> Candidate:
    return Candidate(backbone=name, curves=epochs, weights=Path(name))


def test_the_winner_is_the_most_accurate():
    chosen = choose((candidate("a", epoch(0.9)), candidate("b", epoch(0.85, 0.99))))

    assert chosen.backbone == "a"


def test_of_one_network_the_epoch_that_ranks_films_best_counts():
    both = candidate("a", epoch(0.95, 0.97), epoch(0.87, 0.99))

    assert both.best is both.curves[1]
    # So its accuracy is that epoch's, and another candidate's 0.9 is more.
    assert choose((both, candidate("b", epoch(0.9, 0.95)))).backbone == "b"


def test_a_tie_goes_to_the_greater_auc():
    assert (
        choose((candidate("a", epoch(0.8, 0.90)), candidate("b", epoch(0.8, 0.91)))).backbone == "b"
    )


def test_one_answer_for_everything_is_refused_by_name(caplog):
    """Answering PNEUMONIA to all would score the archive's share of it, and win."""
    with caplog.at_level(logging.WARNING):
        chosen = choose(
            (candidate("lazy", epoch(0.95, sensitivity=1.0)), candidate("b", epoch(0.6)))
        )

    assert chosen.backbone == "b"
    assert "lazy" in caplog.text


def test_no_candidate_that_can_tell_films_apart_is_an_error():
    with pytest.raises(TrainingError, match="lazy"):
        choose((candidate("lazy", epoch(0.95, sensitivity=1.0)),))
