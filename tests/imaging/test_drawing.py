"""The drawing: repeatable, a chest in outline, and words that say what it is."""

import io

import numpy as np
import pytest
from PIL import Image

from cxr_app.imaging.drawing import WORDS, draw_film, draw_png

SIZE = (320, 320)


def grey_at(pixels: np.ndarray, x: float, y: float) -> float:
    """Mean grey round a place, in shares of the picture."""
    row, column = round(y * pixels.shape[0]), round(x * pixels.shape[1])
    return float(pixels[row - 6 : row + 7, column - 6 : column + 7].mean())


def test_the_same_arguments_draw_the_same_film_and_another_seed_another():
    first = draw_film(5, size=SIZE).pixels

    assert np.array_equal(first, draw_film(5, size=SIZE).pixels)
    assert not np.array_equal(first, draw_film(6, size=SIZE).pixels)


@pytest.mark.parametrize("seed", range(5))
def test_lungs_are_dark_between_a_bright_spine_and_the_wall_and_air_is_black(seed: int):
    pixels = draw_film(seed, size=SIZE, marked=False).pixels

    lungs = [grey_at(pixels, x, 0.4) for x in (0.3, 0.7)]
    assert max(lungs) < 110
    assert grey_at(pixels, 0.5, 0.6) > 150  # spine and heart
    assert grey_at(pixels, 0.5, 0.9) > 180  # below the diaphragm
    assert grey_at(pixels, 0.05, 0.05) < 25  # beside the neck
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_a_consolidation_whitens_one_lower_lung():
    plain, dense = (draw_film(1, size=SIZE, consolidation=c).pixels for c in (0.0, 1.0))

    assert grey_at(dense, 0.3, 0.62) > grey_at(plain, 0.3, 0.62) + 30
    assert abs(grey_at(dense, 0.7, 0.62) - grey_at(plain, 0.7, 0.62)) < 10


@pytest.mark.parametrize("size", [(160, 128), (96, 400), (1000, 700)])
def test_any_size_is_filled(size: tuple[int, int]):
    assert draw_film(size=size).pixels.shape == size[::-1]


def test_a_consolidation_beyond_its_range_is_refused():
    with pytest.raises(ValueError, match=r"consolidation must be 0 to 1\. Got 2 instead"):
        draw_film(consolidation=2)


def test_the_file_says_in_words_that_it_is_a_drawing():
    picture = Image.open(io.BytesIO(draw_png(3, size=SIZE)))

    assert picture.info["Description"] == WORDS
    assert np.array_equal(np.asarray(picture), draw_film(3, size=SIZE).pixels)
    assert not np.array_equal(np.asarray(picture), draw_film(3, size=SIZE, marked=False).pixels)
