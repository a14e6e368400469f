"""Samples of any depth become eight bits by rules that the picture's brightness does not move."""

import numpy as np
import pytest

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.depth import full_scale, to_uint8


@pytest.mark.parametrize(
    ("highest", "full"),
    [
        pytest.param(0, 255, id="never under eight bits"),
        pytest.param(255, 255, id="255 fits eight bits"),
        pytest.param(256, 511, id="256 needs nine"),
        pytest.param(4095, 4095, id="twelve bits"),
        pytest.param(4096, 8191, id="one more needs thirteen"),
        pytest.param(65_535, 65_535, id="sixteen bits"),
    ],
)
def test_full_scale_is_the_next_power_of_two_less_one(highest: int, full: int) -> None:
    assert full_scale(highest) == full


@pytest.mark.parametrize(
    ("samples", "declared", "expected"),
    [
        # 2048 / 4095 * 255 = 127.53
        pytest.param(np.array([0, 2048, 4095], np.uint16), None, [0, 128, 255], id="12 in 16"),
        # 1000 / 4095 * 255 = 62.27; undeclared it would be 1000 / 1023 * 255 = 249
        pytest.param(np.array([0, 1000], np.uint16), 4095, [0, 62], id="declared depth"),
        pytest.param(np.array([0, 65535], np.uint16), 4095, [0, 255], id="a lie is not believed"),
        pytest.param(np.array([-2048, 0, 2047], np.int16), None, [0, 128, 255], id="signed"),
        pytest.param(np.array([0, 4095], np.int16), None, [0, 255], id="signed, none negative"),
        pytest.param(np.array([0, 2**32 - 1], np.uint32), None, [0, 255], id="32 bits"),
        pytest.param(np.array([0, 15], np.uint8), 15, [0, 255], id="four bits"),
        pytest.param(np.array([0, 15], np.uint8), None, [0, 15], id="a dark film stays dark"),
        pytest.param(np.array([False, True]), None, [0, 255], id="one bit"),
        # (0.25 - 0) / (1 - 0) * 255 = 63.75
        pytest.param(np.array([0.0, 0.25, 1.0], np.float32), None, [0, 64, 255], id="0 to 1"),
        pytest.param(np.array([-3.0, 1.0]), None, [0, 255], id="negative floats"),
        pytest.param(np.array([-1.7e308, 0, 1.7e308]), None, [0, 128, 255], id="span overflows"),
        pytest.param(np.array([5.0, 5.0]), None, [0, 0], id="one value"),
    ],
)
def test_samples_are_scaled(samples: np.ndarray, declared: int | None, expected: list[int]) -> None:
    scaled = to_uint8(samples, declared)

    assert scaled.dtype == np.uint8
    assert scaled.tolist() == expected


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_refused(bad: float) -> None:
    samples = np.zeros((3, 3), np.float32)
    samples[1, 1] = bad

    with pytest.raises(Rejected) as caught:
        to_uint8(samples)

    assert caught.value.code is Code.BAD_PIXEL_VALUES
