"""Precision, recall and F1, against numbers worked out by hand."""

import numpy as np
import pytest

from training.evaluation.class_report import class_report

# Five films and three findings: A is found twice and said once wrongly, B is missed once, nothing
# is ever said of C. The last film has no finding, and none is said.
TRUTH = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 0], [0, 0, 0]], np.uint8)
SAID = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 0, 0], [0, 0, 0]], np.bool_)


@pytest.fixture(scope="module")
def report() -> dict:
    return class_report(TRUTH, SAID, ("A", "B", "C"))


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
    truth = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.uint8)
    said = np.array([[1, 0], [0, 1], [0, 1], [0, 1]], np.bool_)

    report = class_report(truth, said, ("NORMAL", "PNEUMONIA"))

    assert report["averages"]["samples"]["f1"] == pytest.approx(3 / 4)
    assert report["classes"][1]["precision"] == pytest.approx(2 / 3)
