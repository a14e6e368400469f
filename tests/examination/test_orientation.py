"""How a film stands, and how it is put right."""

from dataclasses import replace

import numpy as np
import pytest

from cxr_app.examination.evidence import Evidence
from cxr_app.examination.orientation import Orientation, inverted, turned_back
from tests.bundles import LIMITS, drawn_lungs, orientation_arrays

EVIDENCE = Evidence(
    features=np.zeros((8, 8, 16), np.float32),
    lungs=drawn_lungs(),
    grey=np.full((512, 512), 90, np.uint8),
)
CORNERS = np.array([[1, 2], [3, 4]], np.uint8)


@pytest.mark.parametrize(
    ("quarters", "expected"),
    [
        pytest.param(0, [[1, 2], [3, 4]], id="upright"),
        # 1 2 over 3 4 was turned clockwise from 2 4 over 1 3.
        pytest.param(1, [[2, 4], [1, 3]], id="turned by 90 degrees"),
        pytest.param(2, [[4, 3], [2, 1]], id="on its head"),
        pytest.param(3, [[3, 1], [4, 2]], id="turned by 270 degrees"),
    ],
)
def test_a_film_is_turned_back(quarters: int, expected: list[list[int]]):
    assert turned_back(CORNERS, quarters).tolist() == expected


def test_a_negative_is_inverted():
    assert inverted(CORNERS).tolist() == [[254, 253], [252, 251]]


@pytest.mark.parametrize(
    ("turn", "tone", "quarters", "is_negative"),
    [
        ("0", "positive", 0, False),
        ("90", "positive", 1, False),
        ("180", "positive", 2, False),
        ("270", "negative", 3, True),
    ],
)
def test_the_likeliest_turn_and_tone_are_told(
    turn: str, tone: str, quarters: int, is_negative: bool
):
    orientation = Orientation.read(orientation_arrays(turn, tone), LIMITS)

    assert orientation.turned(EVIDENCE) == quarters
    assert orientation.is_negative(EVIDENCE) == is_negative


def doubtful(turn_from: float, tone_from: float) -> Orientation:
    """Say: upright 0.7, on its head 0.3; positive 0.6, negative 0.4."""
    shares = {
        "turn.bias": np.log(np.array([0.7, 1e-9, 0.3, 1e-9], np.float32)),
        "tone.bias": np.log(np.array([0.6, 0.4], np.float32)),
    }
    orientation = Orientation.read({**orientation_arrays(), **shares}, LIMITS)
    return replace(orientation, turn_from=turn_from, tone_from=tone_from)


def test_a_turn_is_believed_from_its_limit_on_even_if_upright_is_likelier():
    assert doubtful(0.29, 0.5).turned(EVIDENCE) == 2
    assert doubtful(0.31, 0.5).turned(EVIDENCE) == 0


def test_a_negative_is_believed_from_its_limit_on():
    assert doubtful(0.5, 0.39).is_negative(EVIDENCE)
    assert not doubtful(0.5, 0.41).is_negative(EVIDENCE)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param({"turn.names": np.array(["0", "90", "180", "45"])}, id="another turn"),
        pytest.param({"tone.names": np.array(["positive", "pink"])}, id="another tone"),
    ],
)
def test_classes_that_the_program_does_not_know_are_refused(names: dict[str, np.ndarray]):
    with pytest.raises(ValueError, match="classes"):
        Orientation.read({**orientation_arrays(), **names}, LIMITS)


@pytest.mark.parametrize("limit", ["turn", "negative"])
def test_a_limit_that_is_missing_is_an_error(limit: str):
    left = {name: value for name, value in LIMITS.items() if name != limit}

    with pytest.raises(KeyError, match=limit):
        Orientation.read(orientation_arrays(), left)
