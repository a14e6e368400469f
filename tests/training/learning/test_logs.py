"""The curves as a picture, as a table and as logs of TensorBoard."""

import csv
import sys
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from cxr_app.errors import TrainingError
from training.learning.logs import check_tensorboard, write_curves, write_events
from training.learning.progress import Epoch
from training.metrics.scores import Scores
from training.reporting.curve_plots import draw_curves

OLD = {"epoch": 1, "loss": 0.9, "accuracy": 0.7, "auc": 0.8, "sensitivity": 0.6,
       "specificity": 0.75, "brier": 0.2, "ece": 0.1, "films": 40}  # fmt: skip
NEW = {**OLD, "learning_rate": 0.001, "training_accuracy": 0.65, "cross_entropy": 0.95}


def candidate(name: str, *rows: dict[str, float | None]) -> dict[str, object]:
    return {"backbone": name, "curves": list(rows)}


def epoch(number: int, *, accuracy: float | None = 0.5) -> Epoch:
    return Epoch(
        epoch=number,
        learning_rate=0.25 / number,
        loss=1 / number,
        accuracy=accuracy,
        validation=Scores(
            accuracy=0.75, auc=0.875, sensitivity=0.5, specificity=1.0, brier=0.1, ece=0.1,
            cross_entropy=2 / number, films=40,
        ),
    )  # fmt: skip


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Catch the figures instead of saving them."""
    figures: list[Figure] = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_, **__: figures.append(figure))
    return figures


def lines(figure: Figure) -> dict[str, dict[str, list[float]]]:
    """Title of the axes -> name of the line -> its values."""
    return {
        axes.get_title(): {line.get_label(): list(line.get_ydata()) for line in axes.get_lines()}
        for axes in figure.axes
    }


def test_training_and_validation_stand_in_one_picture(drawn, tmp_path):
    draw_curves([candidate("a", NEW, {**NEW, "epoch": 2, "loss": 0.4})], tmp_path / "c.png")

    assert lines(drawn[0]) == {
        "loss": {"a, training": [0.9, 0.4], "a, validation": [0.95, 0.95]},
        "accuracy": {"a, training": [0.65, 0.65], "a, validation": [0.7, 0.7]},
        "AUC": {"a, validation": [0.8, 0.8]},
        "learning rate": {"a": [0.001, 0.001]},
    }


def test_curves_of_an_older_bundle_are_drawn_as_far_as_they_are_known(drawn, tmp_path):
    draw_curves([candidate("a", OLD), candidate("b", OLD)], tmp_path / "c.png")

    assert lines(drawn[0]) == {
        "loss": {"a, training": [0.9], "b, training": [0.9]},
        "accuracy": {"a, validation": [0.7], "b, validation": [0.7]},
        "AUC": {"a, validation": [0.8], "b, validation": [0.8]},
    }


def test_a_network_that_does_not_learn_from_labels_has_no_training_accuracy(drawn, tmp_path):
    draw_curves([candidate("a", {**NEW, "training_accuracy": None})], tmp_path / "c.png")

    assert lines(drawn[0])["accuracy"] == {"a, validation": [0.7]}


def test_candidates_are_told_apart_without_color(drawn, tmp_path):
    draw_curves([candidate("a", NEW), candidate("b", NEW)], tmp_path / "c.png")

    loss = drawn[0].axes[0].get_lines()
    looks = {(line.get_marker(), line.get_linestyle(), line.get_fillstyle()) for line in loss}
    assert len(looks) == 4


def test_the_picture_is_a_file(tmp_path):
    draw_curves([candidate("a", NEW)], tmp_path / "c.png")

    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")


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


def shown(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Read logs as TensorBoard does: name of the curve -> (step, value) of each point."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    logs = EventAccumulator(str(folder))
    logs.Reload()
    return {
        tag: [(one.step, one.value) for one in logs.Scalars(tag)] for tag in logs.Tags()["scalars"]
    }


def test_tensorboard_shows_every_figure_of_an_epoch(tmp_path):
    write_events((epoch(1), epoch(2)), tmp_path)

    assert shown(tmp_path) == {
        "loss/training": [(1, 1.0), (2, 0.5)],
        "loss/validation": [(1, 2.0), (2, 1.0)],
        "accuracy/training": [(1, 0.5), (2, 0.5)],
        "accuracy/validation": [(1, 0.75), (2, 0.75)],
        "validation/auc": [(1, 0.875), (2, 0.875)],
        "validation/sensitivity": [(1, 0.5), (2, 0.5)],
        "validation/specificity": [(1, 1.0), (2, 1.0)],
        "learning_rate": [(1, 0.25), (2, 0.125)],
    }


def test_a_run_that_goes_on_shows_no_epoch_twice(tmp_path):
    for last in (1, 2, 2, 3):  # killed after the second, gone on with
        write_events(tuple(epoch(number) for number in range(1, last + 1)), tmp_path)

    assert shown(tmp_path)["loss/training"] == [(1, 1.0), (2, 0.5), (3, pytest.approx(1 / 3))]


def test_an_epoch_keeps_the_time_at_which_it_was_first_written(tmp_path):
    write_events((epoch(1),), tmp_path, now=lambda: 100.0)
    before = (tmp_path / "events.out.tfevents.0000000001").read_bytes()

    write_events((epoch(1), epoch(2)), tmp_path, now=lambda: 200.0)

    assert (tmp_path / "events.out.tfevents.0000000001").read_bytes() == before


def test_epochs_of_a_run_that_was_thrown_away_are_not_shown(tmp_path):
    write_events((epoch(1), epoch(2)), tmp_path)

    write_events((epoch(1),), tmp_path)

    assert shown(tmp_path)["loss/training"] == [(1, 1.0)]


def test_a_tensorboard_that_is_open_sees_the_epochs_that_come(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    write_events((epoch(1),), tmp_path)
    logs = EventAccumulator(str(tmp_path))
    logs.Reload()

    write_events((epoch(1), epoch(2)), tmp_path)
    logs.Reload()

    assert [one.step for one in logs.Scalars("loss/training")] == [1, 2]


def test_a_network_that_does_not_learn_from_labels_has_no_curve_of_training_accuracy(tmp_path):
    write_events((epoch(1, accuracy=None),), tmp_path)

    assert "accuracy/training" not in shown(tmp_path)


def test_what_to_install_is_said(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "tensorboard"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorboard", None)

    with pytest.raises(TrainingError, match="pip install 'tensorboard") as error:
        check_tensorboard()
    assert error.value.code == "usage"
