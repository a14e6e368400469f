"""Cross-validation from the command line, small: designs trained in folds, resumed, compared."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxr_app.imaging.drawing import draw_film
from tests.bundles import make_gated_bundle
from tests.networks import SMALL
from training.cli import main
from training.crossvalidation import trial as trial_module
from training.crossvalidation.pipeline import difference
from training.errors import TrainingError
from training.networks import freezing, teacher
from training.networks.backbones import BACKBONES

RECIPE = """
name = "small"
seed = 1
candidates = ["mobilenetv2"]
[network]
size = 32
[fit]
epochs = 2
batch = 8
patience = 2
learning_rate = 0.01
"""
STANDARD = "[standardise]\nmargin = 0.04\nlow = 1.0\nhigh = 99.0\n"
DISTILL = "[distill]\nside = 32\n"


@pytest.fixture(autouse=True)
def small_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand a network of two convolutions in for a backbone, under its name."""
    for module in (freezing, teacher):
        monkeypatch.setattr(module, "BACKBONES", {**BACKBONES, "mobilenetv2": SMALL})


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw twenty patients of each class, the normal ones in two series."""
    folder = tmp_path_factory.mktemp("archive")
    for number in range(40):
        label = ("NORMAL", "PNEUMONIA")[number % 2]
        series = "IM" if number % 4 else "NORMAL2-IM"
        name = f"person{number}_virus_1" if number % 2 else f"{series}-{number:04}-0001"
        drawn = draw_film(number, size=(160, 128), consolidation=0.9 * (number % 2))
        pixels = drawn.pixels if number % 2 else drawn.pixels // 2
        (folder / label).mkdir(exist_ok=True)
        Image.fromarray(pixels).save(folder / label / f"{name}.png")
    return folder


@pytest.fixture
def given(archive: Path, tiny_bundle: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Give the films, and a model that finds lungs."""
    return archive, make_gated_bundle(tiny_bundle, tmp_path / "lungs").folder


def crossvalidate(given: tuple[Path, Path], run: Path, recipe: str, *more: str) -> int:
    archive, lungs = given
    place = run.parent / f"{run.name}.toml"
    place.write_text(recipe)
    arguments = ["--data", archive, "--recipe", place, "--lungs", lungs, "--run", run]
    return main(["crossvalidate", *map(str, arguments), "--weights", "none", *more])


@pytest.mark.slow
def test_designs_are_trained_in_folds_and_compared(
    given: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    whole, box = tmp_path / "runs" / "whole", tmp_path / "runs" / "box"
    whole.parent.mkdir()

    assert crossvalidate(given, whole, RECIPE, "--short") == 0
    more = ["--short", "--against", str(whole)]
    assert crossvalidate(given, box, RECIPE + STANDARD, *more) == 0

    table = json.loads((whole / "crossvalidation.json").read_text())
    assert [row["fold"] for row in table["folds"]] == [
        "series IM", "series NORMAL2-IM", "patients 1", "patients 2",
    ]  # fmt: skip
    assert table["is_short"]
    for row in table["folds"]:
        assert len(row["auc"]) == len(row["specificity"]) == len(row["sensitivity"]) == 3
        assert all(0 <= value <= 1 for value in row["auc"])
        assert row["box_ratio_r2"] <= 1
    assert 0 <= table["score"]["worst form's AUC"]["low"] <= table["score"]["plain AUC"]["value"]
    printed = capsys.readouterr().out

    def refuse(*_: object) -> None:
        pytest.fail("trained again")

    monkeypatch.setattr(trial_module, "train", refuse)
    before = (whole / "crossvalidation.json").read_text()
    assert crossvalidate(given, whole, RECIPE, "--short") == 0
    assert (whole / "crossvalidation.json").read_text() == before
    gain = json.loads(printed[printed.rindex("\n{") :])
    assert gain["plain AUC"]["low"] <= gain["plain AUC"]["value"] <= gain["plain AUC"]["high"]


@pytest.mark.slow
def test_a_student_learns_from_a_teacher_of_its_own_fold(given: tuple[Path, Path], tmp_path: Path):
    teacher_recipe = tmp_path / "teacher.toml"
    teacher_recipe.write_text(RECIPE)
    student = RECIPE.replace("[fit]", "[fit]\nbalance_classes = false") + DISTILL
    run = tmp_path / "run"
    more = ["--teacher-recipe", str(teacher_recipe), "--teacher-weights", "none", "--short"]

    assert crossvalidate(given, run, student, *more) == 0

    for row in json.loads((run / "crossvalidation.json").read_text())["folds"]:
        assert list((run / row["trial"] / "teacher0").glob("best-*.weights.h5"))
        with np.load(run / row["trial"] / "trial.npz") as kept:
            assert kept["probability"].shape[0] == 3


def finished(run: Path, names: tuple[str, ...], *, is_short: bool = True) -> Path:
    """Write what a cross-validation of one fold leaves, its films under these names."""
    (run / "one").mkdir(parents=True)
    kept = {
        "known": np.linspace(0, 1, 4), "known_labels": np.array([0, 0, 1, 1]),
        "probability": np.array([[0.1, 0.9]] * 3), "labels": np.array([0, 1]),
        "names": np.array(names), "patients": np.array(["a", "b"]),
        "pooled": np.zeros((2, 1), np.float32),
    }  # fmt: skip
    np.savez(run / "one" / "trial.npz", **kept)
    row = {"fold": "patients 1", "seed": 1, "trial": "one"}
    (run / "crossvalidation.json").write_text(json.dumps({"is_short": is_short, "folds": [row]}))
    return run


@pytest.mark.parametrize(
    ("names", "is_short", "reason"),
    [
        (("a.png", "c.png"), True, "it left out other films"),
        (("a.png", "b.png"), False, "it was done in other folds, or with other seeds"),
    ],
)
def test_what_left_out_other_films_is_not_compared(
    names: tuple[str, ...], is_short: bool, reason: str, tmp_path: Path
):
    mine = finished(tmp_path / "mine", ("a.png", "b.png"))
    other = finished(tmp_path / "other", names, is_short=is_short)

    with pytest.raises(TrainingError, match=reason):
        difference(mine, other)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ([], "give --recipe FILE, or --against DIR"),
        (["--against", "nowhere"], "there is no finished cross-validation"),
        (["--recipe", "x.toml"], "--recipe needs --data DIR and --lungs DIR"),
    ],
)
def test_what_does_not_go_together_is_refused(
    more: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["crossvalidate", "--run", str(tmp_path / "run"), *more]) == 2

    assert reason in capsys.readouterr().err


def test_a_teacher_goes_with_distillation_alone(
    given: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    run = tmp_path / "run"
    student = RECIPE.replace("[fit]", "[fit]\nbalance_classes = false") + DISTILL

    assert crossvalidate(given, run, student) == 2
    assert "--teacher-recipe FILE goes with a recipe that has [distill]" in capsys.readouterr().err
