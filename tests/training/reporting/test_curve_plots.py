"""The curves as a picture."""

import pytest
from matplotlib.figure import Figure

from training.reporting.curve_plots import draw_curves

OLD = {"epoch": 1, "loss": 0.9, "accuracy": 0.7, "auc": 0.8, "sensitivity": 0.6,
       "specificity": 0.75, "brier": 0.2, "ece": 0.1, "films": 40}  # fmt: skip
NEW = {**OLD, "learning_rate": 0.001, "training_accuracy": 0.65, "cross_entropy": 0.95}


def candidate(name: str, *rows: dict[str, float | None]) -> dict[str, object]:
    return {"backbone": name, "curves": list(rows)}


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
