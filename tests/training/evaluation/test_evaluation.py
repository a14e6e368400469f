"""python -m training evaluate: a finished bundle, labelled films, a report and a ledger."""

import csv
import hashlib
import json
from pathlib import Path

import pytest
from PIL import Image

from cxr_app import Prediction, load_bundle
from tests.training.reports import METRICS
from training import output_paths as outputs
from training.cli import main
from training.data.sources import class_folders, read_class_folders
from training.evaluation import evaluation as module

LABELS = ("NORMAL", "PNEUMONIA")


def run(place: Path, *more: str, films: str = "films") -> int:
    model, data = str(place / "models" / "tiny"), str(place / films)
    return main(["evaluate", "--model", model, "--data", data, *more])


def report(place: Path) -> Path:
    return place / "models" / "tiny" / "report"


def found(place: Path, part: str = "test") -> dict:
    return json.loads((report(place) / "metrics.json").read_text())["evaluations"][part]


def opened(place: Path) -> list[dict[str, str]]:
    with (place / "ledger.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_test_films_are_measured_as_the_app_answers_them(measured):
    prediction = Prediction(load_bundle(measured / "models" / "tiny"))
    right = []
    for path in sorted((measured / "films").glob("test/*/[Ip]*.png")):
        with Image.open(path) as picture:
            right.append(prediction.classify_image(picture).label == path.parent.name)
    result = found(measured)
    assert len(right) == 6
    assert result["figures"]["accuracy"]["value"] == pytest.approx(sum(right) / 6)
    assert result["refused"] == {"not_an_image": 1}
    assert sum(result["confusion"].values()) == 6
    assert result["kinds"]["bacteria"]["films"] == 2
    assert result["kinds"]["virus"]["films"] == 1
    assert result["shared_patients"]["films_left_out"] == 1


def test_both_classes_have_their_recall_and_support(measured):
    confusion, classes = found(measured)["confusion"], found(measured)["report"]
    normal, pneumonia = classes["classes"]
    assert (normal["support"], pneumonia["support"]) == (3, 3)
    assert normal["recall"] == pytest.approx(confusion["true_negative"] / 3)
    assert pneumonia["recall"] == pytest.approx(confusion["true_positive"] / 3)
    right = confusion["true_negative"] + confusion["true_positive"]
    assert classes["averages"]["samples"]["f1"] == pytest.approx(right / 6)


def test_the_model_stays_what_it_was_and_its_card_tells_the_figures(measured, tiny_bundle):
    assert load_bundle(measured / "models" / "tiny").sha256 == load_bundle(tiny_bundle).sha256
    card = (report(measured) / "card.md").read_text()
    assert "## Measured on the test films" in card
    command = "--model tiny --data DIR --perturb --copies COPIES_DIR --errors ERRORS_DIR"
    assert f"python -m training evaluate {command}\n" in card
    assert f"{found(measured)['figures']['accuracy']['value']:.3f}" in card
    assert str(measured) not in card
    for name in ("roc", "precision-recall", "confusion", "reliability"):
        assert f"plots/{name}-test.png" in card
        assert (report(measured) / "plots" / f"{name}-test.png").stat().st_size > 1000


def test_altered_copies_are_compared_with_the_film_itself(measured):
    nothing, inverted, strip = found(measured)["forms"]

    assert nothing["mean_change"] == 0
    assert nothing["auc_change"] == {"value": 0, "low": 0, "high": 0}
    assert inverted["mean_change"] > 0.01
    assert strip == {"form": "cut to a strip", "refused": 6}
    card = (report(measured) / "card.md").read_text()
    assert "| inverted |" in card
    assert "| cut to a strip | not measurable |" in card


def test_other_copies_are_compared_film_by_film(measured):
    copies = found(measured)["copies"]

    assert copies["films"] == 5  # one is absent, and what is broken is broken twice
    assert copies["mean_change"] > 0


def test_every_error_is_a_line_and_the_worst_are_drawn(measured):
    with (measured / "errors" / "errors.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    kinds = [row["error"] for row in rows]
    assert kinds.count("missed") == found(measured)["confusion"]["false_negative"]
    assert kinds.count("said wrongly") == found(measured)["confusion"]["false_positive"]
    assert all((measured / "films" / row["name"]).is_file() for row in rows)
    for error, page in (("said wrongly", "errors-1.png"), ("missed", "errors-2.png")):
        assert (measured / "errors" / page).exists() == (error in kinds)
    with Image.open(next((measured / "errors").glob("*.png"))) as picture:
        assert picture.width > 1000  # five tiles side by side


def test_every_opening_of_the_test_is_a_line(place):
    assert run(place) == 0

    first, second = opened(place)
    sha256 = load_bundle(place / "models" / "tiny").sha256
    assert first["bundle_sha256"] == second["bundle_sha256"] == sha256
    assert (second["films"], second["refused"], second["with_forms"]) == ("7", "1", "no")
    assert first["with_forms"] == "yes"
    assert second["accuracy"] == f"{found(place)['figures']['accuracy']['value']:.4f}"
    assert "has been opened 2 times" in (report(place) / "card.md").read_text()


def test_an_opening_stays_in_the_ledger_whatever_happens_then(place, monkeypatch):
    def dying(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "ask", dying)

    assert run(place) == 130
    assert opened(place)[1]["auc"] == ""


def test_films_in_no_parts_are_measured_without_a_line(place):
    assert run(place, "--part", "all", films="films/train") == 0

    assert found(place, "all")["films"] == 4
    assert "file size" in {one["name"] for one in found(place, "all")["shortcuts"]}
    assert len(opened(place)) == 1


def test_the_official_test_is_known_by_its_bytes_wherever_it_lies(place, monkeypatch):
    some = next((place / "films" / "train" / "NORMAL").glob("*.png"))
    known = frozenset({hashlib.sha256(some.read_bytes()).hexdigest()[:16]})
    monkeypatch.setattr(class_folders, "_official_test", lambda: known)

    assert run(place, "--part", "all", films="films/train") == 2
    subsets = {one.path.name: one.subset for one in read_class_folders(place / "films", LABELS)}
    assert subsets[some.name] == "test"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        pytest.param(("--part", "validation"), "needs the model's --recipe", id="no recipe"),
        pytest.param(("--part", "all"), "measured by --part test", id="an archive as a whole"),
        pytest.param(
            ("--part", "validation", "--recipe", "training/recipes/teacher.toml"),
            "not the recipe that this model was made with",
            id="another model's recipe",
        ),
        pytest.param(("--errors", "{}/films/e"), "apart from the films", id="errors among films"),
        pytest.param(("--errors", "{}/models/tiny/e"), "apart from the films", id="in the model"),
        pytest.param(("--errors", "{}/errors"), "errors is there already", id="over older errors"),
    ],
)
def test_what_cannot_be_measured_is_said_first(place, more, sentence, capsys):
    assert run(place, *(word.format(place) for word in more)) == 2
    assert sentence in capsys.readouterr().err
    assert len(opened(place)) == 1


def test_errors_show_films_and_stay_out_of_the_repository(place, monkeypatch, capsys):
    monkeypatch.setattr(outputs, "REPOSITORY", place)

    assert run(place, "--errors", str(place / "new")) == 2
    assert "outside the repository" in capsys.readouterr().err


def test_a_report_of_another_model_is_not_written_on(place, capsys):
    other = {**METRICS, "bundle_sha256": "0" * 64}
    (report(place) / "metrics.json").write_text(json.dumps(other))

    assert run(place) == 2
    assert "speaks of another model" in capsys.readouterr().err
