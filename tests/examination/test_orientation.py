"""How a film stands, and how it is put right."""

from dataclasses import replace

import numpy as np
import pytest

from cxr_app.examination.evidence import Evidence
from cxr_app.examination.orientation import Orientation, Stance
from tests.bundles import LIMITS, drawn_lungs, orientation_arrays

EVIDENCE = Evidence(
    features=np.zeros((8, 8, 16), np.float32),
    lungs=drawn_lungs(),
    grey=np.full((512, 512), 90, np.uint8),
)
CORNERS = np.array([[1, 2], [3, 4]], np.uint8)


@pytest.mark.parametrize(
    ("stance", "expected"),
    [
        pytest.param(Stance(), [[1, 2], [3, 4]], id="upright"),
        # 1 2 over 3 4 was turned clockwise from 2 4 over 1 3.
        pytest.param(Stance(turned=1), [[2, 4], [1, 3]], id="turned by 90 degrees"),
        pytest.param(Stance(turned=2), [[4, 3], [2, 1]], id="on its head"),
        pytest.param(Stance(turned=3), [[3, 1], [4, 2]], id="turned by 270 degrees"),
        pytest.param(Stance(is_negative=True), [[254, 253], [252, 251]], id="a negative"),
        pytest.param(Stance(turned=2, is_negative=True), [[251, 252], [253, 254]], id="both"),
    ],
)
def test_a_film_is_put_right(stance: Stance, expected: list[list[int]]):
    assert stance.put_right(CORNERS).tolist() == expected


def test_only_an_upright_positive_is_plain():
    assert Stance().is_plain
    assert not Stance(turned=3).is_plain
    assert not Stance(is_negative=True).is_plain


@pytest.mark.parametrize(
    ("turn", "tone", "stance"),
    [
        ("0", "positive", Stance()),
        ("90", "positive", Stance(turned=1)),
        ("180", "positive", Stance(turned=2)),
        ("270", "negative", Stance(turned=3, is_negative=True)),
    ],
)
def test_the_likeliest_turn_and_tone_are_told(turn: str, tone: str, stance: Stance):
    orientation = Orientation.read(orientation_arrays(turn, tone), LIMITS)

    assert orientation.judge(EVIDENCE) == stance


def doubtful(turn_from: float, tone_from: float) -> Orientation:
    """Say: upright 0.7, on its head 0.3; positive 0.6, negative 0.4."""
    shares = {
        "turn.bias": np.log(np.array([0.7, 1e-9, 0.3, 1e-9], np.float32)),
        "tone.bias": np.log(np.array([0.6, 0.4], np.float32)),
    }
    orientation = Orientation.read({**orientation_arrays(), **shares}, LIMITS)
    return replace(orientation, turn_from=turn_from, tone_from=tone_from)


def test_a_turn_is_believed_from_its_limit_on_even_if_upright_is_likelier():
    assert doubtful(0.29, 0.5).judge(EVIDENCE).turned == 2
    assert doubtful(0.31, 0.5).judge(EVIDENCE).turned == 0


def test_a_negative_is_believed_from_its_limit_on():
    assert doubtful(0.5, 0.39).judge(EVIDENCE).is_negative
    assert not doubtful(0.5, 0.41).judge(EVIDENCE).is_negative


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
