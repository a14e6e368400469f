"""A fitted linear classifier and the arrays that it is stored as."""

import math
from typing import Any

import numpy as np
import pytest

from cxr_app.examination.linear import LinearClassifier


def classifier(**changes: Any) -> LinearClassifier:
    """Two numbers, two classes; `far` leads by the first number less 1, in steps of 2."""
    values: dict[str, Any] = {
        "names": ("near", "far"),
        "mean": np.array([1.0, 0.0], np.float32),
        "scale": np.array([2.0, 1.0], np.float32),
        "weights": np.array([[0.0, 1.0], [0.0, 0.0]], np.float32),
        "bias": np.array([0.0, 0.0], np.float32),
    }
    return LinearClassifier(**{**values, **changes})


def test_each_number_is_standardised():
    found = classifier().standardised(np.array([5, 3], np.float32))

    assert found.tolist() == [(5 - 1) / 2, (3 - 0) / 1]


def test_probabilities_are_the_softmax_of_the_weighted_numbers():
    shares = classifier().probabilities(np.array([5, 3], np.float32))

    assert list(shares) == ["near", "far"]
    assert shares["far"] == pytest.approx(1 / (1 + math.exp(-2)))
    assert sum(shares.values()) == pytest.approx(1)


def test_the_bias_is_added():
    tilted = classifier(bias=np.array([2.0, 0.0], np.float32))

    # 2 for both: the second number has no weight.
    assert tilted.probabilities(np.array([5, 9], np.float32))["far"] == pytest.approx(0.5)


def test_huge_numbers_do_not_overflow():
    shares = classifier().probabilities(np.array([1e30, 0], np.float32))

    assert shares == {"near": 0.0, "far": 1.0}


def test_a_number_that_is_none_gives_no_probability():
    shares = classifier().probabilities(np.array([np.nan, 0], np.float32))

    assert all(math.isnan(share) for share in shares.values())


def test_what_is_written_is_read_again():
    stored = {**classifier().arrays("one"), "other.names": np.array(["a"])}

    again = LinearClassifier.read(stored, "one")

    assert again.names == ("near", "far")
    for part in ("mean", "scale", "weights", "bias"):
        assert np.array_equal(getattr(again, part), getattr(classifier(), part))


def test_a_classifier_that_is_not_there_is_missed():
    with pytest.raises(KeyError):
        LinearClassifier.read(classifier().arrays("one"), "two")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"mean": np.zeros(3, np.float32)}, id="another count of means"),
        pytest.param({"scale": np.ones((2, 1), np.float32)}, id="scales in a column"),
        pytest.param({"bias": np.zeros(3, np.float32)}, id="another count of biases"),
        pytest.param({"weights": np.zeros(2, np.float32)}, id="weights in a row"),
        pytest.param({"names": ("near",)}, id="a class without a name"),
        pytest.param({"names": ("near", "near")}, id="two classes of one name"),
        pytest.param({"weights": np.full((2, 2), np.nan, np.float32)}, id="weights without value"),
        pytest.param({"bias": np.array([0, np.inf], np.float32)}, id="an infinite bias"),
        pytest.param({"scale": np.array([1, 0], np.float32)}, id="a division by zero"),
    ],
)
def test_what_cannot_answer_is_refused(changes: dict[str, Any]):
    with pytest.raises(ValueError, match="a classifier"):
        classifier(**changes)
