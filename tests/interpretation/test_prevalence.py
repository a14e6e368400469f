"""Bayes' theorem by hand."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxr_app.interpretation.prevalence import (
    HIGHEST,
    LOWEST,
    STEPS,
    at_prevalence,
    negative_predictive_value,
    positive_predictive_value,
)

shares = st.floats(0, 1)
prevalences = st.floats(LOWEST, HIGHEST)


def test_predictive_values_of_a_good_test():
    # Of 10,000 children at 5 %: 500 ill, 480 of them found; 9,500 well, 950 of them labelled ill.
    assert positive_predictive_value(0.96, 0.90, 0.05) == pytest.approx(480 / (480 + 950))
    assert round(positive_predictive_value(0.96, 0.90, 0.05), 2) == 0.34
    assert round(positive_predictive_value(0.96, 0.90, 0.15), 2) == 0.63
    # 8,550 are rightly called well, 20 wrongly.
    assert negative_predictive_value(0.96, 0.90, 0.05) == pytest.approx(8550 / 8570)


def test_where_nothing_is_labelled_there_is_no_predictive_value():
    assert math.isnan(positive_predictive_value(0.0, 1.0, 0.5))
    assert math.isnan(negative_predictive_value(1.0, 0.0, 0.5))
    drawn = positive_predictive_value(np.array([0.0, 1.0]), np.array([1.0, 1.0]), 0.5)
    assert np.isnan(drawn).tolist() == [True, False]


@pytest.mark.parametrize(
    ("probability", "prevalence", "expected"),
    [
        pytest.param(0.8, 0.5, 0.8, id="as calibrated, nothing moves"),
        pytest.param(0.5, 0.05, 0.05, id="a film that says nothing leaves the prevalence"),
        # Odds 4 x 1/19 = 4/19, so 4/23.
        pytest.param(0.8, 0.05, 4 / 23, id="odds of 4 at a prevalence of 1 in 20"),
        pytest.param(0.0, 0.05, 0.0, id="impossible stays impossible"),
        pytest.param(1.0, 0.05, 1.0, id="certain stays certain"),
    ],
)
def test_a_probability_moves_by_odds(probability: float, prevalence: float, expected: float):
    assert at_prevalence(probability, prevalence) == pytest.approx(expected)


def test_the_log_odds_shift_by_the_log_odds_of_the_prevalence():
    def logit(share: float) -> float:
        return math.log(share / (1 - share))

    # logit(0.15) = -1.7346
    assert logit(at_prevalence(0.7, 0.15)) == pytest.approx(logit(0.7) - 1.7346, abs=1e-4)


@given(shares, prevalences, prevalences)
def test_a_higher_prevalence_never_lowers_a_probability(share: float, one: float, other: float):
    low, high = sorted((one, other))

    assert 0 <= at_prevalence(share, low) <= at_prevalence(share, high) <= 1


@given(st.floats(0.01, 1), st.floats(0.01, 0.99), prevalences, prevalences)
def test_predictive_values_move_opposite_ways(
    sensitivity: float, specificity: float, one: float, other: float
):
    low, high = sorted((one, other))
    slack = 1e-12  # of rounding

    ppv, npv = (
        [value(sensitivity, specificity, at) for at in (low, high)]
        for value in (positive_predictive_value, negative_predictive_value)
    )
    assert ppv[0] <= ppv[1] + slack
    assert npv[0] >= npv[1] - slack


@pytest.mark.parametrize("prevalence", [0.0, 0.0009, 0.91, 1.0, math.nan, -0.1])
def test_only_prevalences_of_the_slider_are_taken(prevalence: float):
    with pytest.raises(ValueError, match="prevalence must be between"):
        at_prevalence(0.5, prevalence)


@pytest.mark.parametrize("probability", [-0.1, 1.1, math.nan])
def test_only_probabilities_are_moved(probability: float):
    with pytest.raises(ValueError, match="probability must be between"):
        at_prevalence(probability, 0.5)


def test_the_steps_are_logarithmic_from_a_thousandth_to_nine_tenths():
    ratios = [after / before for before, after in pairwise(STEPS)]

    assert (STEPS[0], STEPS[-1]) == (0.001, 0.9)
    assert {0.05, 0.15, 0.3, 0.5} <= set(STEPS)
    assert min(ratios) > 1.1
    assert max(ratios) < 1.4
