"""Intervals by drawing patients."""

import numpy as np
import pytest

from training.metrics.bootstrap import bootstrap_intervals


def test_an_interval_is_of_patients_not_of_films():
    """One patient's hundred equal films say no more than one of them."""
    values = np.array([1.0] * 100 + [0.0] * 100)
    few = tuple("a" * 100 + "b" * 100)
    many = tuple(str(place) for place in range(200))

    def mean(weights: np.ndarray) -> np.ndarray:
        return (weights @ values / weights.sum(axis=1))[:, np.newaxis]

    (wide,), (narrow,) = bootstrap_intervals(mean, few), bootstrap_intervals(mean, many)

    assert (wide.low, wide.value, wide.high) == (0, 0.5, 1)
    # Two standard errors of 200 films are 0.07.
    assert narrow.low == pytest.approx(0.43, abs=0.01)
    assert narrow.high == pytest.approx(0.57, abs=0.01)


def test_a_figure_without_a_value_has_the_whole_range():
    (found,) = bootstrap_intervals(
        lambda weights: np.full((len(weights), 1), np.nan), ("a", "b"), draws=5
    )

    assert np.isnan(found.value)
    assert (found.low, found.high) == (0, 1)
