"""Logits to confidences and a label."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxr_app.decision import confidences, decide
from cxr_app.spec import CalibrationFigures, DecisionSpec, Interval

HALF = Interval(value=0.5, low=0.0, high=1.0)


def spec(**changes: object) -> DecisionSpec:
    values = {
        "temperature": 1.0,
        "bias": (0.0, 0.0),
        "threshold": 0.5,
        "zone": (0.4, 0.6),
        "aim": "balanced",
        "measured": CalibrationFigures(sensitivity=HALF, specificity=HALF),
        "films": 10,
    }
    return DecisionSpec(**{**values, **changes})


def logits(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


@pytest.mark.parametrize(
    ("pair", "temperature", "bias", "pneumonia"),
    [
        pytest.param((0.0, math.log(3)), 1.0, (0.0, 0.0), 0.75, id="ln 3 is three to one"),
        pytest.param((0.0, math.log(9)), 2.0, (0.0, 0.0), 0.75, id="T = 2 takes the root of 9"),
        pytest.param((0.0, 0.0), 1.0, (0.0, math.log(4)), 0.8, id="a bias of ln 4 is four to one"),
        pytest.param((1000.0, 1000.0), 1.0, (0.0, 0.0), 0.5, id="huge logits do not overflow"),
        pytest.param((-1000.0, 1000.0), 1.0, (0.0, 0.0), 1.0, id="nor do huge differences"),
    ],
)
def test_temperature_divides_the_logits_and_the_bias_is_added(pair, temperature, bias, pneumonia):
    both = confidences(logits(*pair)[np.newaxis], temperature=temperature, bias=bias)

    assert both[0, 1] == pytest.approx(pneumonia, abs=1e-6)
    assert both.sum() == pytest.approx(1)


def test_label_is_the_second_class_from_the_threshold_on():
    at_threshold = decide(logits(0.0, 0.0), spec())  # both are as probable: 0.5 >= 0.5
    below = decide(logits(0.001, 0.0), spec())

    assert (at_threshold.label, below.label) == (1, 0)


def test_a_lower_threshold_calls_the_less_probable_class():
    decision = decide(logits(math.log(3), 0.0), spec(threshold=0.2, zone=(0.2, 0.2)))

    assert decision.label == 1
    assert decision.confidences[1] == pytest.approx(0.25)  # 1 / (1 + 3)


@pytest.mark.parametrize(
    ("odds", "is_sure"),
    [
        pytest.param(1.0, False, id="0.5 lies inside 0.4-0.6"),
        pytest.param(3.0, True, id="0.75 lies above"),
        pytest.param(1 / 3, True, id="0.25 lies below"),
    ],
)
def test_inside_the_zone_the_answer_is_not_sure(odds, is_sure):
    assert decide(logits(0.0, math.log(odds)), spec()).is_sure is is_sure


finite = st.floats(-1e4, 1e4, width=32)


@given(first=finite, second=finite, temperature=st.floats(0.01, 100))
def test_at_one_half_label_and_confidence_never_contradict(first, second, temperature):
    decision = decide(logits(first, second), spec(temperature=temperature))

    assert decision.confidences[decision.label] >= 0.5
    assert sum(decision.confidences) == pytest.approx(1)
