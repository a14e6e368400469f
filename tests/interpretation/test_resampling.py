"""Figures with intervals, all from the same draws of patients."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxr_app.interpretation.outcomes import FEWEST, WIDTH, outcomes_like
from cxr_app.interpretation.predictive_values import find_rates, predictive_values
from cxr_app.interpretation.prevalence import (
    LOWEST,
    STEPS,
    at_prevalence,
    positive_predictive_value,
)
from cxr_app.interpretation.resampling import interval, resample
from tests.interpretation.reports import drawn, known_test, official_test

KNOWN = drawn()
SCORES = st.floats(0, 1)


def test_predictive_values_of_the_known_test():
    at_5, at_15 = (predictive_values(find_rates(KNOWN), at).positive for at in (0.05, 0.15))

    assert round(at_5.value, 2) == 0.34
    assert round(at_15.value, 2) == 0.63


def test_intervals_are_about_as_wide_as_the_binomial_says():
    _, specificities = KNOWN.shares(~KNOWN.test.is_labelled_positive, among_positive=False)

    # sqrt(0.9 x 0.1 / 100) = 0.03; the size of the class varies with the draw, a little.
    assert np.std(specificities) == pytest.approx(0.03, rel=0.1)
    assert np.mean(specificities) == pytest.approx(0.9, abs=0.003)


def test_a_childs_films_are_drawn_together():
    deviations = []
    for one in (KNOWN, drawn(known_test(films_of_one=2))):
        _, passes = one.shares(~one.test.is_labelled_positive, among_positive=False)
        deviations.append(np.std(passes))

    # Half as many independent children: wider by the square root of 2.
    assert deviations[1] / deviations[0] == pytest.approx(2**0.5, rel=0.07)


def test_sensitivity_and_specificity_come_from_the_same_draws():
    """A child with a film of each class ties the two figures together."""
    test = official_test([0.9, 0.2] * 30, [0.1, 0.8] * 30)
    both = replace(test, patient=np.tile(np.arange(60), 2))

    def correlation(one) -> float:
        labelled = one.test.is_labelled_positive
        _, hits = one.shares(labelled, among_positive=True)
        _, passes = one.shares(~labelled, among_positive=False)
        return float(np.corrcoef(hits, passes)[0, 1])

    # Children whose film of pneumonia is recognised are those whose normal film is: one figure.
    assert correlation(drawn(both)) == pytest.approx(1)
    assert abs(correlation(drawn(test))) < 0.1


def test_the_interval_of_ppv_is_made_draw_by_draw():
    labelled = KNOWN.test.is_labelled_positive
    _, hits = KNOWN.shares(labelled, among_positive=True)
    _, passes = KNOWN.shares(~labelled, among_positive=False)
    low, high = np.percentile(positive_predictive_value(hits, passes, 0.05), [2.5, 97.5])

    found = predictive_values(find_rates(KNOWN), 0.05).positive

    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_the_same_test_has_the_same_intervals():
    assert predictive_values(find_rates(drawn()), 0.05) == predictive_values(
        find_rates(drawn()), 0.05
    )


def test_what_never_happened_is_not_impossible():
    """No normal film of 50 labelled wrongly: up to 7.1 % are possible (1 - 0.025 ** (1 / 50))."""
    faultless = drawn(official_test([0.9] * 50, [0.1] * 50))

    share, shares = faultless.shares(faultless.test.is_labelled_positive, among_positive=False)
    found = predictive_values(find_rates(faultless), 0.05).positive

    assert share == 0
    assert np.percentile(shares, 97.5) == pytest.approx(0.071, abs=0.004)
    assert found.value == found.high == 1
    # 0.05 x 0.99 / (0.05 x 0.99 + 0.95 x 0.071) = 0.42, a little less with both at once.
    assert 0.3 < found.low < 0.5


def test_where_nothing_is_labelled_there_is_no_value():
    never = drawn(official_test([0.1] * 20, [0.1] * 20))

    assert predictive_values(find_rates(never), 0.5).positive is None
    assert predictive_values(find_rates(never), 0.5).negative is not None


@given(st.sampled_from(STEPS))
@settings(deadline=None)
def test_an_interval_contains_its_value(prevalence: float):
    found = predictive_values(find_rates(KNOWN), prevalence)

    for one in (found.positive, found.negative):
        assert 0 <= one.low <= one.value <= one.high <= 1


@given(st.sampled_from(STEPS), st.sampled_from(STEPS))
@settings(deadline=None)
def test_intervals_move_with_the_prevalence(one: float, other: float):
    low, high = (predictive_values(find_rates(KNOWN), at) for at in sorted((one, other)))

    for end in ("value", "low", "high"):
        assert getattr(low.positive, end) <= getattr(high.positive, end) + 1e-12
        assert getattr(low.negative, end) >= getattr(high.negative, end) - 1e-12


def test_draws_without_a_class_count_for_nothing():
    tiny = drawn(official_test([0.9], [0.1, 0.7]))  # a third of the draws lack one class or more

    found = predictive_values(find_rates(tiny), 0.5)

    assert 0 <= found.positive.low <= found.positive.value <= found.positive.high <= 1


def test_a_figure_without_any_draw_has_the_widest_interval():
    found = interval(0.3, np.full(10, np.nan))

    assert (found.low, found.high) == (0, 1)


def test_a_large_test_gets_fewer_draws():
    large = official_test([0.9] * 20_000, [0.1] * 20_000)

    assert resample(large).times.shape == (40_000, 250)  # 10 million cells
    assert resample(known_test()).times.shape == (200, 2000)


def test_films_with_such_a_score_by_hand():
    # As 0.8 (odds of 4), up to odds of 4 x e^0.75 = 8.47: that is 10 normal films and no other.
    found = outcomes_like(0.8, KNOWN, 0.5)

    assert (found.n_films, found.n_positive, found.n_patients) == (10, 0, 10)
    assert found.highest == pytest.approx(8.468 / 9.468, abs=1e-4)
    assert found.lowest == pytest.approx(1.889 / 2.889, abs=1e-3)
    assert found.share.value == 0
    # At most 3.6 % of the positive ones (1 - 0.025 ** (1 / 100)) against 10 % of the negative.
    assert found.share.high == pytest.approx(0.036 / 0.136, abs=0.1)


def test_outcomes_are_weighted_to_the_prevalence():
    test = official_test([0.8] * 30 + [0.99] * 70, [0.8] * 20 + [0.01] * 180)
    found = outcomes_like(0.8, drawn(test), 0.05)

    assert (found.n_films, found.n_positive) == (50, 30)
    # 0.3 of the positive and 0.1 of the negative films: 0.05 x 0.3 / (0.05 x 0.3 + 0.95 x 0.1)
    assert found.share.value == pytest.approx(0.015 / 0.110)
    assert found.share.low < found.share.value < found.share.high


def test_a_calibrated_model_keeps_its_word():
    """Scores of 0.8 that are right four times in five, at 50 %, say the same re-weighted."""
    test = official_test([0.8] * 80 + [0.2] * 20, [0.8] * 20 + [0.2] * 80)

    for prevalence in (0.05, 0.15, 0.5):
        found = outcomes_like(0.8, drawn(test), prevalence)
        assert found.share.value == pytest.approx(at_prevalence(0.8, prevalence))


@pytest.mark.parametrize(("n_films", "is_too_few"), [(FEWEST - 1, True), (FEWEST, False)])
def test_too_few_films_say_nothing(n_films: int, is_too_few: bool):
    test = official_test([0.99] * 50, [0.5] * n_films + [0.01] * 50)

    found = outcomes_like(0.5, drawn(test), 0.5)

    assert found.n_films == n_films
    assert found.is_too_few == is_too_few
    assert (found.share is None) == is_too_few


@given(SCORES, st.sampled_from(STEPS))
@settings(deadline=None)
def test_outcomes_of_any_score(score: float, prevalence: float):
    found = outcomes_like(score, KNOWN, prevalence)

    assert 0 <= found.lowest < found.highest <= 1
    assert found.n_positive <= found.n_films
    if found.share is not None:
        assert 0 <= found.share.low <= found.share.value <= found.share.high <= 1


def test_films_alike_are_at_the_ends_too():
    """Certain scores have infinite log-odds; they are alike among themselves."""
    test = official_test([1.0] * 30, [0.0] * 30)

    assert outcomes_like(1.0, drawn(test), LOWEST).n_positive == 30
    assert outcomes_like(0.0, drawn(test), LOWEST).n_positive == 0
    assert WIDTH > 0
