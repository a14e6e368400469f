"""Figures with intervals, against numbers worked out by hand."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.training.resampling import slow_interval
from training.metrics.figures import (
    Called,
    change_of_auc,
    changes,
    confusion,
    main_figures,
    mean_figures,
    predictive_values,
)


def called(labels: list[int], probability: list[float], *, threshold: float = 0.5) -> Called:
    patients = tuple(f"p{place}" for place in range(len(labels)))
    return Called(
        labels=np.array(labels, np.int64),
        probability=np.array(probability),
        patients=patients,
        threshold=threshold,
    )


# Five of the looked-for class, one missed; five of the other, two called wrongly.
TEN = called([1] * 5 + [0] * 5, [0.9, 0.8, 0.7, 0.6, 0.3, 0.1, 0.2, 0.4, 0.55, 0.65])


def test_main_figures():
    found = main_figures(TEN)

    assert found["sensitivity"].value == pytest.approx(4 / 5)
    assert found["specificity"].value == pytest.approx(3 / 5)
    assert found["accuracy"].value == pytest.approx(7 / 10)
    # Pairs in the wrong order: 0.6 below 0.65; 0.3 below 0.4, 0.55 and 0.65.
    assert found["auc"].value == pytest.approx(21 / 25)
    assert found["brier"].value == pytest.approx(
        (0.01 + 0.04 + 0.09 + 0.16 + 0.49 + 0.01 + 0.04 + 0.16 + 0.3025 + 0.4225) / 10
    )
    for interval in found.values():
        assert 0 <= interval.low <= interval.value <= interval.high <= 1


def test_the_threshold_belongs_to_the_label():
    """From the threshold on: a film exactly at it is called."""
    assert main_figures(called([1, 0], [0.3, 0.29], threshold=0.3))["accuracy"].value == 1


def test_predictive_values_follow_bayes():
    """At one in ten: 0.08 right of 0.08 + 0.36 called, and 0.54 right of 0.54 + 0.02 not called."""
    (row,) = [row for row in predictive_values(TEN) if row["prevalence"] == 0.1]

    assert row["ppv"].value == pytest.approx(0.08 / 0.44)
    assert row["npv"].value == pytest.approx(0.54 / 0.56)


def test_a_change_of_auc_is_drawn_in_pairs():
    """The same answers in another form do not change it, whichever films are drawn."""
    same = change_of_auc(TEN, TEN.probability / 2)
    worse = change_of_auc(TEN, 1 - TEN.probability)

    assert (same.low, same.value, same.high) == (0, 0, 0)
    assert worse.value == pytest.approx(4 / 25 - 21 / 25)
    assert -1 <= worse.low < -0.9
    assert worse.high <= 0


def test_average_precision_is_the_mean_precision_over_the_films_that_have_the_label():
    """From the top: right, wrong, right, wrong; so 1/1 and 2/3."""
    found = main_figures(called([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]))

    assert found["average_precision"].value == pytest.approx((1 + 2 / 3) / 2)


def test_intervals_are_those_of_drawing_films_one_by_one():
    """A film that is drawn twice weighs two: the same draws, the same interval."""
    patients = ("a", "a", "b", "c", "c", "c", "d", "e", "f", "g")
    ten = Called(labels=TEN.labels, probability=TEN.probability, patients=patients, threshold=0.5)

    def slowly(films: np.ndarray) -> float:
        labels = ten.labels[films]
        if labels.min() == labels.max():
            return float("nan")
        return roc_auc_score(labels, ten.probability[films])

    slow, quick = slow_interval(slowly, patients), main_figures(ten)["auc"]
    assert (quick.value, quick.low, quick.high) == pytest.approx(slow)


def test_means_over_labels_leave_out_a_label_that_no_film_has():
    """One label has AUC 1, one 1/2, and one is not there at all."""
    right = called([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1])
    chance = called([1, 0, 1, 0], [0.9, 0.8, 0.1, 0.2])
    absent = called([0, 0, 0, 0], [0.9, 0.8, 0.2, 0.1])

    found = mean_figures((right, chance, absent))

    assert found["auc"].value == pytest.approx((1 + 1 / 2) / 2)
    assert found["sensitivity"].value == pytest.approx((1 + 1 / 2) / 2)


def test_confusion_counts_films():
    assert confusion(TEN) == {
        "true_positive": 4,
        "false_negative": 1,
        "false_positive": 2,
        "true_negative": 3,
    }


def test_changes_give_the_mean_over_labels_first():
    right = called([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1])
    wrong = called([1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9])

    found = changes((wrong, right), (right, right))

    assert [one.value for one in found["auc"]] == [1 / 2, 1, 0]
    assert [one.value for one in found["accuracy"]] == [1 / 2, 1, 0]
    assert (found["auc"][2].low, found["auc"][2].high) == (0, 0)
