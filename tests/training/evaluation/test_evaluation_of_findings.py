"""python -m training evaluate, for findings that do not exclude each other."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cxr_app.bundle import open_bundle
from cxr_app.engine.openvino import OpenVinoEngine
from cxr_app.imaging.decode import decode
from cxr_app.imaging.to_input import to_input
from cxr_app.limits import Limits
from cxr_app.settings import Precision
from tests.makers import film as draw
from tests.makers import saved
from tests.training import findings
from training.calibration.decision import calibrated
from training.cli import main
from training.data.film_reader import AS_GIVEN
from training.data.sources.nih import read_nih_findings
from training.explanation.class_activation import class_activation

FILM = decode(saved(draw(1, (160, 128)), "PNG"), Limits())


def run(place: Path, *more: str) -> int:
    model, films = place / "models" / "two", place / "films"
    return main(["evaluate", "--model", str(model), "--data", str(films), *more])


def report(place: Path) -> Path:
    return place / "models" / "two" / "report"


def found(place: Path, part: str = "test") -> dict:
    return json.loads((report(place) / "metrics.json").read_text())["evaluations"][part]


def test_the_official_test_films_are_measured_finding_by_finding(measured_findings):
    bundle = open_bundle(measured_findings / "models" / "two")
    engine = OpenVinoEngine(bundle, precision=Precision.F32)
    films = read_nih_findings(measured_findings / "films", findings.LABELS)
    tested = [film for film in films if film.subset == "test"]
    inputs = np.stack([AS_GIVEN.read(film) for film in tested])
    said = calibrated(engine.run(inputs).logits, bundle.spec.decision, bundle.spec.task) >= 0.5
    result = found(measured_findings)
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


def test_an_opening_of_the_official_test_is_a_line_with_the_means(measured_findings):
    with (measured_findings / "ledger.csv").open(newline="") as stream:
        (line,) = csv.DictReader(stream)
    assert (line["bundle"], line["films"], line["with_forms"]) == ("two", "8", "no")
    assert line["auc"] == f"{found(measured_findings)['figures']['auc']['value']:.4f}"


def test_the_card_tells_each_finding_and_each_group(measured_findings):
    card = (report(measured_findings) / "card.md").read_text()
    (mass,) = [one for one in found(measured_findings)["labels"] if one["label"] == "Mass"]
    assert f"| Mass | 4 | {mass['figures']['auc']['value']:.3f} (" in card
    assert "| *samples average* |" in card
    assert "There are too few films for figures by sex: F 4, M 4" in card
    for name in ("roc", "precision-recall", "confusion", "reliability"):
        assert f"plots/{name}-test.png" in card
        assert (report(measured_findings) / "plots" / f"{name}-test.png").stat().st_size > 1000


def test_errors_of_findings_are_drawn_too(measured_findings):
    with (measured_findings / "errors" / "errors.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    counts = [one["confusion"] for one in found(measured_findings)["labels"]]
    missed = [row for row in rows if row["error"] == "missed"]
    assert len(missed) == sum(one["false_negative"] for one in counts)
    assert len(rows) - len(missed) == sum(one["false_positive"] for one in counts)
    assert {row["label"] for row in rows} <= set(findings.LABELS)


def test_validation_films_are_those_of_the_recipes_split(findings_place):
    place = findings_place
    asked = ("--recipe", str(place / "findings.toml"), "--part", "validation")
    assert run(place, *asked) == 0

    assert found(place, "validation")["films"] == 4  # a quarter of sixteen
    assert len((place / "ledger.csv").read_text().splitlines()) == 2  # the head and one opening


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
    findings_place, arguments, sentence, capsys
):
    assert run(findings_place, *arguments) == 2
    assert sentence in capsys.readouterr().err
    assert len((findings_place / "ledger.csv").read_text().splitlines()) == 2


def test_a_film_that_cannot_be_judged_is_counted(findings_place):
    place = findings_place
    (place / "films" / "images" / "00000020_000.png").write_bytes(b"no picture")

    run(place, "--recipe", str(place / "findings.toml"))

    assert found(place)["refused"] == {"not_an_image": 1}


def test_the_map_of_a_finding_is_of_its_own_logit_alone(measured_findings):
    """Evidence for one finding is none against another, as with a single sigmoid."""
    bundle = open_bundle(measured_findings / "models" / "two")
    engine = OpenVinoEngine(bundle, precision=Precision.F32)
    features = engine.run(to_input(FILM)[np.newaxis]).features[0]
    assert bundle.head is not None
    (layer,) = bundle.head.layers

    expected = np.maximum(features @ layer.kernel[:, 1], 0)

    assert class_activation(features, bundle, "Mass") == pytest.approx(expected, abs=1e-6)
    with pytest.raises(ValueError, match="no closed form"):
        class_activation(features, replace(bundle, head=None), "Mass")
