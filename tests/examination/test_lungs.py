"""What the outline of the lungs says of the framing."""

import numpy as np
import pytest

from cxr_app.examination.lungs import is_badly_framed
from tests.bundles import drawn_lungs


def box(top: int, bottom: int, left: int, right: int) -> np.ndarray:
    """Lungs that fill a box of the map: float32 [128, 128]."""
    lungs = np.zeros((128, 128), np.float32)
    lungs[top:bottom, left:right] = 0.9
    return lungs


@pytest.mark.parametrize(
    ("lungs", "is_bad"),
    [
        pytest.param(drawn_lungs(), False, id="two lungs within the picture"),
        pytest.param(np.zeros((128, 128), np.float32), True, id="no lungs"),
        # 15 % of 128 x 128 are 2457.6: 50 x 50 = 2500 is over it, 49 x 50 = 2450 is not.
        pytest.param(box(40, 90, 40, 90), False, id="over 15 % of the picture"),
        pytest.param(box(40, 89, 40, 90), True, id="under 15 % of the picture"),
        # A quarter of an edge are 32 of its 128 pixels.
        pytest.param(box(0, 100, 40, 72), False, id="32 of 128 pixels touch the upper edge"),
        pytest.param(box(0, 100, 40, 73), True, id="33 of 128 pixels touch the upper edge"),
        pytest.param(box(28, 128, 40, 73), True, id="cut off below"),
        pytest.param(box(40, 73, 0, 100), True, id="cut off at the left"),
        pytest.param(box(40, 73, 28, 128), True, id="cut off at the right"),
        pytest.param(box(3, 125, 3, 125), False, id="three pixels away from every edge"),
    ],
)
def test_lungs_that_are_cut_off_or_small(lungs: np.ndarray, is_bad: bool):
    assert is_badly_framed(lungs) is is_bad


def test_what_is_half_likely_is_no_lung():
    assert is_badly_framed(np.full((128, 128), 0.5, np.float32))
