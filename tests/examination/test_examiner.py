"""Orientation and gate, one after the other."""

import numpy as np
import pytest

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.examination.evidence import Evidence
from cxr_app.examination.examiner import Examiner
from tests.bundles import LIMITS, drawn_lungs, gate_arrays, orientation_arrays

DARK = np.full((512, 512), 5, np.uint8)  # which the gate takes for a photograph
BRIGHT = np.full((512, 512), 200, np.uint8)


def evidence(grey: np.ndarray, lungs: np.ndarray | None = None) -> Evidence:
    return Evidence(
        features=np.zeros((8, 8, 16), np.float32),
        lungs=drawn_lungs() if lungs is None else lungs,
        grey=grey,
    )


def examiner(kind: str = "child", turn: str = "0", tone: str = "positive") -> Examiner:
    return Examiner.read(gate_arrays(kind), orientation_arrays(turn, tone), LIMITS)


def never(grey: np.ndarray) -> Evidence:
    raise AssertionError("a plain film needs no second look")


def test_a_childs_film_that_stands_upright_has_no_caveat_and_is_seen_once():
    assert examiner().examine(evidence(BRIGHT), never) == ()


def test_an_adults_film_is_warned_of():
    assert examiner("adult").examine(evidence(BRIGHT), never) == (Code.OUTSIDE_POPULATION,)


def test_a_lateral_view_is_refused():
    with pytest.raises(Rejected, match="it looks like a lateral view"):
        examiner("lateral").examine(evidence(BRIGHT), never)


def test_lungs_at_the_edge_are_warned_of():
    cut = np.roll(drawn_lungs(), 40, axis=0)

    assert examiner().examine(evidence(BRIGHT, cut), never) == (Code.HEAVILY_CROPPED,)


def test_another_picture_is_refused_with_the_reason():
    with pytest.raises(Rejected) as caught:
        examiner().examine(evidence(DARK), never)

    assert caught.value.code is Code.NOT_A_CHEST_FILM
    assert "it looks like a photograph or a drawing" in str(caught.value)


def test_a_judgement_that_is_no_number_is_a_failure_of_the_gate():
    with pytest.raises(Rejected) as caught:
        examiner().examine(evidence(BRIGHT, np.full((128, 128), np.nan, np.float32)), never)

    assert caught.value.code is Code.GATE_FAILED


def test_a_negative_is_judged_as_a_positive_and_warned_of():
    """As it was given it is bright and would pass; inverted it is as dark as no film is."""
    negative = examiner(tone="negative")

    assert negative.examine(evidence(DARK), evidence) == (Code.APPEARS_INVERTED,)
    with pytest.raises(Rejected) as caught:
        negative.examine(evidence(255 - DARK), evidence)
    assert caught.value.code is Code.NOT_A_CHEST_FILM


def test_a_turned_film_is_seen_again_upright_and_warned_of():
    grey = np.arange(512 * 512, dtype=np.uint32).reshape(512, 512).astype(np.uint8)
    seen = []

    def see(other: np.ndarray) -> Evidence:
        seen.append(other)
        return evidence(other)

    assert examiner(turn="90").examine(evidence(grey), see) == (Code.ROTATED,)
    assert len(seen) == 1
    assert np.array_equal(seen[0], np.rot90(grey))  # counterclockwise
    assert seen[0].flags.c_contiguous  # as engines take it


def test_the_framing_is_that_of_the_film_put_right():
    cut = np.roll(drawn_lungs(), 40, axis=0)

    codes = examiner(turn="180").examine(evidence(BRIGHT, cut), evidence)

    assert codes == (Code.ROTATED,)


def test_several_caveats_are_told_together():
    codes = examiner("adult", turn="270", tone="negative").examine(evidence(DARK), evidence)

    assert codes == (Code.OUTSIDE_POPULATION, Code.ROTATED, Code.APPEARS_INVERTED)


@pytest.mark.parametrize("limit", LIMITS)
def test_every_limit_is_needed(limit: str):
    left = {name: value for name, value in LIMITS.items() if name != limit}

    with pytest.raises(KeyError, match=limit):
        Examiner.read(gate_arrays(), orientation_arrays(), left)
