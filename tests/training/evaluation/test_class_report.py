"""Precision, recall and F1, against numbers worked out by hand."""

import numpy as np
import pytest

from cxr_app.spec import Interval, Task
from tests.training.resampling import slow_interval
from training.evaluation.class_report import (
    Classes,
    changes_of_shares,
    class_report,
    classes_of,
    shares_of,
)
from training.metrics.figures import Called, main_figures

# Five films and three findings: A is found twice and said once wrongly, B is missed once, nothing
# is ever said of C. The last film has no finding, and none is said.
TRUTH = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 0], [0, 0, 0]], np.bool_)
SAID = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 0, 0], [0, 0, 0]], np.bool_)


NOTHING = Interval(value=0, low=0, high=0)


def classes(truth: np.ndarray, said: np.ndarray) -> Classes:
    """Each film is of another patient."""
    return Classes(truth=truth, said=said, patients=tuple("abcdefghij"[: len(truth)]))


@pytest.fixture(scope="module")
def report() -> dict:
    return class_report(classes(TRUTH, SAID), ("A", "B", "C"))


def test_every_class_by_itself(report):
    a, b, c = report["classes"]

    assert (a["label"], a["precision"], a["recall"]) == ("A", pytest.approx(2 / 3), 1)
    assert a["f1"] == pytest.approx(2 * (2 / 3) * 1 / (2 / 3 + 1))
    assert (b["precision"], b["recall"], b["support"]) == (1, 1 / 2, 2)
    assert (c["precision"], c["recall"], c["f1"], c["support"]) == (0, 0, 0, 1)  # never said


def test_the_averages(report):
    averages = report["averages"]

    assert averages["micro"]["precision"] == pytest.approx(3 / 4)  # of four said, three are so
    assert averages["micro"]["recall"] == pytest.approx(3 / 5)  # five are there
    assert averages["macro"]["recall"] == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert averages["weighted"]["recall"] == pytest.approx((2 * 1 + 2 / 2 + 1 * 0) / 5)


def test_the_average_over_films_leaves_out_where_there_is_nothing_to_be_right_about(report):
    """Something was said of three films, all right of two; three films have a finding."""
    samples = report["averages"]["samples"]

    assert samples["precision"] == pytest.approx((1 + 1 + 0) / 3)
    assert samples["recall"] == pytest.approx((1 + 1 + 0) / 3)
    # Of four films something is there or was said.
    assert samples["f1"] == pytest.approx((1 + 1 + 0 + 0) / 4)


def test_of_two_classes_the_film_average_is_the_accuracy():
    truth = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.bool_)
    said = np.array([[1, 0], [0, 1], [0, 1], [0, 1]], np.bool_)

    report = class_report(classes(truth, said), ("NORMAL", "PNEUMONIA"))

    assert report["averages"]["samples"]["f1"] == pytest.approx(3 / 4)
    assert report["classes"][1]["precision"] == pytest.approx(2 / 3)


# Ten films of seven children. Called are: of the five with the label four, of the others two.
TEN = Called(
    labels=np.array([1] * 5 + [0] * 5, np.int64),
    probability=np.array([0.9, 0.8, 0.7, 0.6, 0.3, 0.1, 0.2, 0.4, 0.55, 0.65]),
    patients=("a", "a", "b", "c", "c", "d", "d", "e", "f", "g"),
    threshold=0.5,
)


def test_the_recall_of_two_classes_is_specificity_and_sensitivity_with_their_intervals():
    report = class_report(classes_of((TEN,), Task.BINARY), ("NORMAL", "PNEUMONIA"))

    figures = main_figures(TEN)
    normal, pneumonia = report["classes"]
    assert normal["intervals"]["recall"] == figures["specificity"]
    assert pneumonia["intervals"]["recall"] == figures["sensitivity"]
    macro = report["averages"]["macro"]
    assert (
        macro["intervals"]["recall"].value == pytest.approx(macro["recall"]) == (3 / 5 + 4 / 5) / 2
    )


def test_intervals_are_those_of_drawing_patients_one_by_one():
    """Six are called, four of them rightly; of ten, five have it: F1 is 2 * 4 / (6 + 5)."""

    def slowly(films: np.ndarray) -> float:
        truth, said = TEN.labels[films] == 1, TEN.said[films]
        return 2 * (truth & said).sum() / (said.sum() + truth.sum()) if truth.any() else np.nan

    slow, quick = (
        slow_interval(slowly, TEN.patients),
        shares_of(classes_of((TEN,), Task.MULTILABEL))[1]["f1"],
    )

    assert quick.value == pytest.approx(8 / 11)
    assert (quick.value, quick.low, quick.high) == pytest.approx(slow)


def test_a_class_that_is_never_said_or_that_no_film_has_is_0_without_doubt():
    truth = np.array([[1, 0], [1, 0], [0, 0]], np.bool_)

    _, never_said, not_there = shares_of(classes(truth, truth[:, ::-1]))

    assert never_said["precision"] == never_said["recall"] == never_said["f1"] == NOTHING
    assert not_there["recall"] == not_there["f1"] == NOTHING


def test_a_draw_without_a_film_of_a_class_has_no_recall_of_it():
    """One film in three has it and is found; counted as 0 such draws would pull the end down."""
    truth = np.array([[1], [0], [0]], np.bool_)

    (macro, _) = shares_of(classes(truth, truth))

    assert macro["recall"] == macro["f1"] == Interval(value=1, low=1, high=1)


def test_changes_are_of_the_macro_mean_first_and_drawn_in_pairs():
    """A model that is right, less one that says everything of everybody."""
    truth = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.bool_)
    everything = np.ones_like(truth)

    macro, a, b = changes_of_shares(classes(truth, everything), classes(truth, truth))

    assert macro["precision"].value == a["precision"].value == b["precision"].value == 1 / 2
    assert macro["recall"] == NOTHING  # whichever films are drawn
    assert macro["f1"].value == pytest.approx(1 - 2 / 3)
    assert 0 < macro["f1"].low < macro["f1"].high
