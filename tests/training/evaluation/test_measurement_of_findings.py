"""python -m training evaluate and compare, for findings that do not exclude each other."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cxr_app.bundle import open_bundle
from cxr_app.engine.openvino import OpenVinoEngine
from cxr_app.imaging.phantom import draw_phantom
from cxr_app.imaging.to_input import to_input
from cxr_app.limits import Limits
from cxr_app.settings import Precision
from tests.training import findings
from training.calibration.decision import calibrated
from training.cli import main
from training.data.preparation import read_input
from training.data.sources.nih import read_nih_findings
from training.evaluation import ledger


def run(place: Path, *more: str) -> int:
    recipe = ("--recipe", str(place / "findings.toml"))
    return bare(place, *recipe, *more)


def bare(place: Path, *more: str) -> int:
    model, films = place / "models" / "two", place / "films"
    return main(["evaluate", "--model", str(model), "--data", str(films), *more])


def report(place: Path) -> Path:
    return place / "models" / "two" / "report"


def found(place: Path, part: str = "test") -> dict:
    return json.loads((report(place) / "metrics.json").read_text())["evaluations"][part]


def test_the_official_test_films_are_measured_finding_by_finding(place):
    assert run(place) == 0

    bundle = open_bundle(place / "models" / "two")
    engine = OpenVinoEngine(bundle, precision=Precision.F32)
    films = read_nih_findings(place / "films", findings.LABELS)
    tested = [film for film in films if film.subset == "test"]
    inputs = np.stack([read_input(film, Limits()) for film in tested])
    said = calibrated(engine.run(inputs).logits, bundle.spec.decision, bundle.spec.task) >= 0.5
    result = found(place)
    assert result["films"] == len(tested) == 8
    for column, label in enumerate(result["labels"]):
        truth = np.array([column in film.classes for film in tested])
        assert label["label"] == findings.LABELS[column]
        assert label["with_label"] == 4
        assert label["confusion"]["true_positive"] == int((said[:, column] & truth).sum())
        assert label["confusion"]["true_negative"] == int((~said[:, column] & ~truth).sum())
        assert label["figures"]["accuracy"]["value"] == pytest.approx(
            float((said[:, column] == truth).mean())
        )
    both = [label["figures"]["auc"]["value"] for label in result["labels"]]
    assert result["figures"]["auc"]["value"] == pytest.approx(sum(both) / 2)


def test_an_opening_of_the_official_test_is_a_line_with_the_means(place):
    run(place)

    with ledger.LEDGER.open(newline="") as stream:
        (line,) = csv.DictReader(stream)
    assert (line["bundle"], line["films"], line["with_forms"]) == ("two", "8", "no")
    assert line["auc"] == f"{found(place)['figures']['auc']['value']:.4f}"


def test_the_card_tells_each_finding_and_each_group(place):
    run(place)

    card = (report(place) / "card.md").read_text()
    (mass,) = [one for one in found(place)["labels"] if one["label"] == "Mass"]
    assert f"| Mass | 4 | {mass['figures']['auc']['value']:.3f} (" in card
    assert "| *samples average* |" in card
    assert "By sex there are too few films for figures: F 4, M 4" in card
    for name in ("roc", "precision-recall", "confusion", "reliability"):
        assert f"plots/{name}-test.png" in card
        assert (report(place) / "plots" / f"{name}-test.png").stat().st_size > 1000


def test_validation_films_are_those_of_the_recipes_split(place):
    assert run(place, "--part", "validation") == 0
    assert found(place, "validation")["films"] == 4  # a quarter of sixteen
    assert not ledger.LEDGER.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param((), "needs the model's --recipe FILE", id="no recipe"),
        pytest.param(
            ("--recipe", "training/recipes/teacher.toml"),
            "not the recipe that this model was made with",
            id="another model's recipe",
        ),
        pytest.param(("--perturb",), "--perturb is for two classes", id="changed forms"),
        pytest.param(("--copies", "."), "--copies is for two classes", id="copies"),
    ],
)
def test_what_findings_do_not_have_is_refused_before_a_film_is_opened(
    place, arguments, sentence, capsys
):
    assert bare(place, *arguments) == 2
    assert sentence in capsys.readouterr().err
    assert not ledger.LEDGER.exists()


def test_a_film_that_cannot_be_judged_is_counted(place):
    broken = next((place / "films" / "images").glob("00000020_000.png"))
    broken.write_bytes(b"no picture")

    run(place)

    assert found(place)["refused"] == {"not_an_image": 1}


def test_models_are_compared_finding_by_finding_without_opening_a_film(place, capsys):
    run(place)
    shutil.copytree(place / "models" / "two", place / "models" / "other")
    shutil.rmtree(place / "films")
    capsys.readouterr()

    mine, other = place / "models" / "two", place / "models" / "other"
    assert main(["compare", str(mine), str(other), str(other)]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["this", *("two", "Effusion", "Mass") * 2]
    (comparison,) = json.loads((report(place) / "metrics.json").read_text())["comparisons"]
    assert [one["label"] for one in comparison["labels"]] == ["Effusion", "Mass"]
    assert comparison["labels"][0]["auc"] == {"value": 0, "low": 0, "high": 0}
    assert comparison["times_faster"] > 0
    assert "## Compared" in (report(place) / "card.md").read_text()


def test_the_map_of_a_finding_is_of_its_own_logit_alone(place):
    """Evidence for one finding is none against another, as with a single sigmoid."""
    from training.evaluation.error_gallery import evidence

    bundle = open_bundle(place / "models" / "two")
    engine = OpenVinoEngine(bundle, precision=Precision.F32)
    features = engine.run(to_input(draw_phantom(1, size=(160, 128)))[np.newaxis]).features[0]
    assert bundle.head is not None
    (layer,) = bundle.head.layers

    expected = np.maximum(features @ layer.kernel[:, 1], 0)

    assert evidence(features, bundle, "Mass") == pytest.approx(expected, abs=1e-6)
    with pytest.raises(ValueError, match="no closed form"):
        evidence(features, replace(bundle, head=None), "Mass")


def test_errors_of_findings_are_drawn_too(place, tmp_path):
    assert run(place, "--errors", str(tmp_path / "errors")) == 0

    with (tmp_path / "errors" / "errors.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    counts = [one["confusion"] for one in found(place)["labels"]]
    missed = [row for row in rows if row["error"] == "missed"]
    assert len(missed) == sum(one["false_negative"] for one in counts)
    assert len(rows) - len(missed) == sum(one["false_positive"] for one in counts)
    assert {row["label"] for row in rows} <= set(findings.LABELS)
