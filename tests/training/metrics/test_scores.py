"""Figures of merit, worked out by hand."""

import numpy as np
import pytest

from training.metrics.patient_interval import patient_interval
from training.metrics.scores import balanced_weights, expected_calibration_error, score

LABELS = np.array([0, 0, 0, 1], np.int64)
PROBABILITY = np.array([0.1, 0.2, 0.6, 0.4])


def test_figures_of_four_films():
    found = score(LABELS, PROBABILITY)

    assert found.accuracy == 0.5  # the third and the fourth are wrong
    assert found.sensitivity == 0
    assert found.specificity == pytest.approx(2 / 3)
    assert found.auc == pytest.approx(2 / 3)  # 0.4 is above 0.1 and 0.2, below 0.6
    # Class means: (0.01 + 0.04 + 0.36) / 3 and 0.36; they count alike.
    assert found.brier == pytest.approx(((0.01 + 0.04 + 0.36) / 3 + 0.36) / 2)


def test_weights_make_the_classes_count_alike():
    assert balanced_weights(LABELS).tolist() == [pytest.approx(2 / 3)] * 3 + [2]


def test_a_calibrated_bin_has_no_error_and_an_overconfident_one_has():
    labels = np.array([0, 1], np.int64)

    assert expected_calibration_error(labels, np.array([0.5, 0.5])) == 0
    # One bin, 0.9..1: claimed 0.95, found 0.5.
    assert expected_calibration_error(labels, np.array([0.95, 0.95])) == pytest.approx(0.45)


def test_an_interval_is_of_patients_not_of_films():
    """One patient's hundred equal films say no more than one of them."""
    values = np.array([1.0] * 100 + [0.0] * 100)
    few = tuple("a" * 100 + "b" * 100)
    many = tuple(str(place) for place in range(200))

    wide = patient_interval(lambda films: float(values[films].mean()), few)
    narrow = patient_interval(lambda films: float(values[films].mean()), many)

    assert (wide.low, wide.value, wide.high) == (0, 0.5, 1)
    # Two standard errors of 200 films are 0.07.
    assert narrow.low == pytest.approx(0.43, abs=0.01)
    assert narrow.high == pytest.approx(0.57, abs=0.01)
