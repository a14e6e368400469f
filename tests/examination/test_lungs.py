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
        # A tenth of 128 x 128 is 1638.4: 40 x 41 = 1640 is over it, 40 x 40 = 1600 is not.
        pytest.param(box(40, 80, 40, 81), False, id="over a tenth of the picture"),
        pytest.param(box(40, 80, 40, 80), True, id="under a tenth of the picture"),
        # 16 % of an edge are 20.48 of its 128 pixels.
        pytest.param(box(0, 100, 50, 70), False, id="20 of 128 pixels touch the upper edge"),
        pytest.param(box(0, 100, 50, 71), True, id="21 of 128 pixels touch the upper edge"),
        pytest.param(box(28, 128, 50, 71), True, id="cut off below"),
        pytest.param(box(50, 71, 0, 100), True, id="cut off at the left"),
        pytest.param(box(50, 71, 28, 128), True, id="cut off at the right"),
        pytest.param(box(3, 125, 3, 125), False, id="three pixels away from every edge"),
    ],
)
def test_lungs_that_are_cut_off_or_small(lungs: np.ndarray, is_bad: bool):
    assert is_badly_framed(lungs) is is_bad


def test_what_is_half_likely_is_no_lung():
    assert is_badly_framed(np.full((128, 128), 0.5, np.float32))
