"""python -m training compare: models, and any system's answers, on the same films."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from training.cli import main
from training.errors import TrainingError
from training.evaluation.answer_file import Owner, StoredAnswers
from training.evaluation.comparison import _told_apart
from training.metrics.figures import Called


def compare(place: Path, *others: str, model: str = "tiny") -> int:
    named = [word if word.startswith("--") else str(place / word) for word in others]
    return main(["compare", str(place / "models" / model), *named])


def metrics_of(place: Path, model: str = "tiny") -> dict:
    return json.loads((place / "models" / model / "report" / "metrics.json").read_text())


def answers(place: Path, model: str = "tiny") -> list[dict[str, str]]:
    with (place / "models" / model / "report" / "answers-test.csv").open(newline="") as stream:
        stream.readline()
        return list(csv.DictReader(stream))


def write(place: Path, *lines: str) -> str:
    (place / "their system.csv").write_text("\n".join(lines) + "\n")
    return "their system.csv"


def copy_model(place: Path) -> Path:
    return shutil.copytree(place / "models" / "tiny", place / "models" / "other")


def test_two_models_are_compared_in_pairs_without_opening_a_film(place):
    copy_model(place)
    shutil.rmtree(place / "films")

    assert compare(place, "models/other") == 0

    (comparison,) = metrics_of(place)["comparisons"]
    assert comparison["films"] == 6
    for name in ("auc", "accuracy", "precision", "recall", "f1"):
        assert comparison[name] == {"value": 0, "low": 0, "high": 0}
    macro = metrics_of(place)["evaluations"]["test"]["report"]["averages"]["macro"]
    for name, theirs in comparison["theirs"].items():
        assert theirs["value"] == pytest.approx(macro[name])
    assert comparison["times_faster"] > 0
    assert "## Compared" in (place / "models" / "tiny" / "report" / "card.md").read_text()
    assert len((place / "ledger.csv").read_text().splitlines()) == 2  # the head and one opening


def test_models_of_findings_are_compared_finding_by_finding(findings_place, capsys):
    place = findings_place
    shutil.copytree(place / "models" / "two", place / "models" / "other")

    assert compare(place, "models/other", "models/other", model="two") == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["this", *("two", "Effusion", "Mass") * 2]
    (comparison,) = metrics_of(place, "two")["comparisons"]
    assert [one["label"] for one in comparison["labels"]] == ["Effusion", "Mass"]
    assert comparison["labels"][0]["auc"] == {"value": 0, "low": 0, "high": 0}


def test_a_model_that_was_not_measured_is_not_compared(place, capsys):
    (copy_model(place) / "report" / "answers-test.csv").unlink()

    assert compare(place, "models/other") == 2
    assert "run evaluate with --part test" in capsys.readouterr().err


def test_models_that_were_measured_on_different_films_are_not_compared(place, capsys):
    kept = copy_model(place) / "report" / "answers-test.csv"
    kept.write_text("".join(kept.read_text().splitlines(keepends=True)[:-1]))

    assert compare(place, "models/other") == 2
    assert "different films" in capsys.readouterr().err


def test_nothing_is_compared_where_no_shared_label_has_both_kinds():
    called = Called(
        labels=np.zeros(2, np.int64), probability=np.zeros(2), patients=("a", "b"), threshold=0.5
    )
    kept = StoredAnswers(films=np.array(["x", "y"]), calls={"mass": called})
    owner = Owner(folder=Path("any"), name="one", sha256="0", labels=("Mass",), threshold=0.5)

    with pytest.raises(TrainingError, match="no label of these films has both kinds"):
        _told_apart(owner, kept, kept, "test")


def test_any_systems_answers_are_compared_in_pairs_at_their_own_threshold(place, capsys):
    # It is right about every film where 0.3 is the threshold, and about no PNEUMONIA at 0.5.
    rows = [
        f"{row['film_sha256'].upper()},{0.1 + 0.3 * int(row['label'])}" for row in answers(place)
    ]
    name = write(place, "film,probability", *reversed(rows), "")

    assert compare(place, name, "--threshold=0.3") == 0

    (comparison,) = metrics_of(place)["comparisons"]
    accuracy = metrics_of(place)["evaluations"]["test"]["figures"]["accuracy"]["value"]
    assert (comparison["other"], comparison["threshold"]) == ("their system", 0.3)
    assert comparison["accuracy"]["value"] == pytest.approx(accuracy - 1)
    assert comparison["theirs"]["f1"]["value"] == 1
    assert comparison["auc"]["low"] <= comparison["auc"]["value"] <= comparison["auc"]["high"]
    assert "their system" in capsys.readouterr().out
    card = (place / "models" / "tiny" / "report" / "card.md").read_text()
    assert "| their system (answers from a file, threshold 0.3) |" in card

    assert compare(place, name) == 0  # at 0.5; it takes the place of the first comparison
    (comparison,) = metrics_of(place)["comparisons"]
    assert comparison["accuracy"]["value"] == pytest.approx(accuracy - 0.5)


def test_a_system_may_know_some_of_the_findings(findings_place):
    place = findings_place
    rows = [f"{row['film_sha256']},{row['label Mass']}" for row in answers(place, "two")]
    name = write(place, "film,probability Mass", *rows)

    assert compare(place, name, model="two") == 0

    (comparison,) = metrics_of(place, "two")["comparisons"]
    assert [one["label"] for one in comparison["labels"]] == ["Mass"]
    assert comparison["auc"] == comparison["labels"][0]["auc"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(lambda rows: ["name,score"], "line 1: it needs the columns", id="columns"),
        pytest.param(lambda rows: rows[:-1], "1 of the 6 films are missing", id="missing film"),
        pytest.param(lambda rows: [*rows, "", rows[3]], "a second time", id="duplicate film"),
        pytest.param(lambda rows: [*rows, "", "a,0.5"], "line 9: 'a' is not", id="unknown film"),
        pytest.param(
            lambda rows: [*rows[:2], rows[2][:64] + ",nan"], "line 3: 'nan' is not", id="nan"
        ),
        pytest.param(
            lambda rows: [*rows[:2], rows[2][:64] + ",high"], "line 3: 'high' is not", id="a word"
        ),
        pytest.param(lambda rows: [*rows[:2], rows[2][:64]], "line 3: '' is not", id="no cell"),
        pytest.param(
            lambda rows: [*rows[:2], rows[2][:64] + ",1.5"], "line 3: '1.5' is not", id="above 1"
        ),
    ],
)
def test_answers_that_cannot_be_used_are_refused_with_their_line(place, change, sentence, capsys):
    rows = ["film,probability", *(f"{row['film_sha256']},0.5" for row in answers(place))]

    assert compare(place, write(place, *change(rows))) == 2
    error = capsys.readouterr().err
    assert error.startswith("data_invalid: Data their system.csv")
    assert sentence in error
    assert "comparisons" not in metrics_of(place)


def test_what_is_no_csv_file_and_no_threshold_is_refused(place, capsys):
    (place / "their.csv").write_bytes(b"\xff\xfe")

    assert compare(place, "gone.csv") == compare(place, "their.csv") == 2
    assert capsys.readouterr().err.count("cannot be read as a CSV file") == 2
    assert compare(place, "their.csv", "--threshold=1.5") == 2
    assert "--threshold must be a probability" in capsys.readouterr().err
