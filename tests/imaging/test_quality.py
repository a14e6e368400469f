"""Statistics that refuse a film or warn of it."""

import numpy as np
import pytest

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.film import Facts, Film, Format
from cxr_app.imaging.quality import examine
from cxr_app.limits import Limits
from tests.makers import film


def _film(pixels: np.ndarray) -> Film:
    height, width = pixels.shape
    facts = Facts(format=Format.MEMORY, width=width, height=height)
    return Film(pixels=pixels.astype(np.uint8), depth=8, facts=facts)


def _ramp(lowest: int, highest: int) -> np.ndarray:
    """Each grey level equally often, 300 x 300."""
    levels = np.arange(lowest, highest + 1)
    return np.resize(levels, 300 * 300).reshape(300, 300)


@pytest.mark.parametrize(
    ("pixels", "warnings"),
    [
        pytest.param(film(1, (300, 300)), (), id="a film has nothing to warn of"),
        # 27 levels: the 1st percentile is the lowest and the 99th the highest, 26 apart.
        pytest.param(_ramp(100, 126), (), id="span of 26 levels, over 25.5"),
        pytest.param(_ramp(100, 125), (Code.LOW_CONTRAST,), id="span of 25 levels"),
        pytest.param(_ramp(0, 3) * 85, (Code.LOW_CONTRAST,), id="four levels are a drawing"),
        pytest.param(film(1, (224, 300)), (), id="224 pixels are enough"),
        pytest.param(film(1, (223, 300)), (Code.UPSCALED,), id="223 are enlarged"),
        pytest.param(film(1, (1200, 300)), (), id="four to one"),
    ],
)
def test_warnings(pixels: np.ndarray, warnings: tuple[Code, ...]) -> None:
    assert examine(_film(pixels), Limits()) == warnings


def test_outliers_do_not_make_contrast() -> None:
    pixels = _ramp(100, 110)
    pixels[0, :100] = 255  # 100 of 90,000: under one in a hundred

    assert examine(_film(pixels), Limits()) == (Code.LOW_CONTRAST,)


@pytest.mark.parametrize(
    ("pixels", "code"),
    [
        pytest.param(np.full((300, 300), 9), Code.NOT_A_CHEST_FILM, id="one grey"),
        pytest.param(film(1, (1201, 300)), Code.NOT_A_CHEST_FILM, id="beyond four to one"),
        pytest.param(film(1, (300, 1201)), Code.NOT_A_CHEST_FILM, id="beyond one to four"),
        pytest.param(np.zeros((95, 500)), Code.TOO_SMALL, id="size comes before shape"),
    ],
)
def test_refusals(pixels: np.ndarray, code: Code) -> None:
    with pytest.raises(Rejected) as caught:
        examine(_film(pixels), Limits())

    assert caught.value.code is code
    assert str(caught.value)


@pytest.mark.parametrize(
    ("inner", "warnings"),
    [
        pytest.param(240, (), id="borders that leave 64 % of the picture"),
        pytest.param(210, (Code.HEAVILY_CROPPED,), id="borders that leave 49 %"),
    ],
)
@pytest.mark.parametrize("around", [0, 255])
def test_a_film_that_is_small_within_wide_borders(
    inner: int, around: int, warnings: tuple[Code, ...]
) -> None:
    pixels = np.full((300, 300), around, np.uint8)
    start = (300 - inner) // 2
    pixels[start : start + inner, start : start + inner] = film(1, (inner, inner))

    found = examine(_film(pixels), Limits())

    assert [code for code in found if code is not Code.UPSCALED] == list(warnings)
