"""The curves as a table, and what TensorBoard needs."""

import csv
from pathlib import Path

import pytest

from training.errors import TrainingError
from training.learning.logs import check_tensorboard, write_curves

OLD = {"epoch": 1, "loss": 0.9, "accuracy": 0.7, "auc": 0.8, "sensitivity": 0.6,
       "specificity": 0.75, "brier": 0.2, "ece": 0.1, "films": 40}  # fmt: skip
NEW = {**OLD, "learning_rate": 0.001, "training_accuracy": 0.65, "cross_entropy": 0.95}


def candidate(name: str, *rows: dict[str, float | None]) -> dict[str, object]:
    return {"backbone": name, "curves": list(rows)}


def read(place: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(place.read_text("utf-8").splitlines()))


def test_the_table_has_a_line_for_each_epoch_of_each_candidate(tmp_path):
    second = {**NEW, "epoch": 2, "loss": 0.4, "auc": 0.85}

    write_curves([candidate("a", NEW, second), candidate("b", NEW)], tmp_path / "curves.csv")

    rows = read(tmp_path / "curves.csv")
    assert [(row["backbone"], row["epoch"]) for row in rows] == [("a", "1"), ("a", "2"), ("b", "1")]
    assert rows[1] == {
        "backbone": "a", "epoch": "2", "learning_rate": "0.001", "loss": "0.4",
        "validation_loss": "0.95", "training_accuracy": "0.65", "accuracy": "0.7", "auc": "0.85",
        "sensitivity": "0.6", "specificity": "0.75", "brier": "0.2", "ece": "0.1", "films": "40",
    }  # fmt: skip


def test_what_an_older_bundle_does_not_know_is_an_empty_cell(tmp_path):
    write_curves([candidate("a", OLD)], tmp_path / "curves.csv")

    (row,) = read(tmp_path / "curves.csv")
    assert {key for key, cell in row.items() if not cell} == {
        "learning_rate",
        "validation_loss",
        "training_accuracy",
    }


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("tensorboard", "pip install 'tensorboard"),
        ("tensorflow", "needs TensorFlow beside this Keras backend"),
    ],
)
def test_what_tensorboard_needs_is_said(monkeypatch, missing: str, sentence: str):
    monkeypatch.setattr("training.learning.logs.find_spec", lambda name: name != missing or None)

    with pytest.raises(TrainingError, match=sentence) as error:
        check_tensorboard()
    assert error.value.code == "usage"
