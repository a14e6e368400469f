"""The phantom: same seed same film, anatomy where it belongs, the words always on the file."""

import io
import time
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cxr_app.imaging.film import Format
from cxr_app.imaging.phantom import draw_phantom, phantom_png

SEEDS = range(20)
FEW_SEEDS = range(8)  # where each costs a second drawing
SIZE = (256, 256)

# Hand-chosen boxes on a square film, in hundredths of its side: left, top, right, bottom. Builds
# differ by a few hundredths; in each box the structure stays the same one.
RIGHT_LUNG = (24, 40, 36, 60)  # the patient's right is the viewer's left
LEFT_LUNG = (64, 28, 74, 40)
SPINE = (48, 50, 52, 64)
HEART = (59, 58, 66, 66)
LIVER = (28, 80, 38, 88)
CORNER = (0, 90, 4, 99)
LOWER_LUNGS = ((24, 52, 37, 68), (71, 52, 82, 68))
UPPER_LUNGS = ((28, 26, 40, 42), (62, 26, 72, 42))


@cache  # read-only, so that the tests may share them
def drawn(seed: int, consolidation: float = 0.0) -> NDArray[np.uint8]:
    return draw_phantom(seed, size=SIZE, consolidation=consolidation).pixels


def mean(pixels: NDArray[np.uint8], box: tuple[int, int, int, int]) -> float:
    height, width = pixels.shape
    left, top, right, bottom = box
    part = pixels[
        top * height // 100 : bottom * height // 100, left * width // 100 : right * width // 100
    ]
    return float(part.mean())


def test_same_seed_draws_the_same_pixels():
    first, second = draw_phantom(5, size=SIZE), draw_phantom(5, size=SIZE)

    np.testing.assert_array_equal(first.pixels, second.pixels)


def test_twenty_seeds_draw_twenty_films_that_differ_by_more_than_grain():
    films = [drawn(seed).astype(int) for seed in SEEDS]

    apart = [np.abs(a - b).mean() for i, a in enumerate(films) for b in films[:i]]

    assert min(apart) > 3  # grey levels; grain alone gives 1.6


@pytest.mark.parametrize("size", [(128, 128), (300, 200), (200, 333)])
def test_film_has_the_size_that_was_asked_for(size):
    film = draw_phantom(size=size)

    width, height = size
    assert film.pixels.shape == (height, width)
    assert film.pixels.dtype == np.uint8
    assert (film.facts.width, film.facts.height, film.facts.format) == (
        width,
        height,
        Format.MEMORY,
    )


def test_pixels_are_read_only():
    assert not draw_phantom(size=SIZE).pixels.flags.writeable


@pytest.mark.parametrize("seed", SEEDS)
def test_greys_rise_from_air_to_lung_to_heart_to_spine(seed):
    pixels = drawn(seed)

    lung = max(mean(pixels, RIGHT_LUNG), mean(pixels, LEFT_LUNG))
    heart = mean(pixels, HEART)
    assert mean(pixels, CORNER) + 20 < lung
    assert lung + 50 < heart < mean(pixels, SPINE)
    assert lung + 50 < mean(pixels, LIVER)


@pytest.mark.parametrize("seed", FEW_SEEDS)
def test_consolidation_brightens_one_lower_lung_and_nothing_else(seed):
    clear, filled = drawn(seed), drawn(seed, 1.0)

    brighter = sorted(mean(filled, box) - mean(clear, box) for box in LOWER_LUNGS)
    assert brighter[0] == 0
    assert brighter[1] > 20
    for box in (*UPPER_LUNGS, SPINE, CORNER):
        assert abs(mean(filled, box) - mean(clear, box)) < 1


def test_consolidation_comes_on_either_side():
    left = LOWER_LUNGS[0]

    sides = {mean(drawn(seed, 1.0), left) > mean(drawn(seed), left) for seed in FEW_SEEDS}

    assert sides == {True, False}


@pytest.mark.parametrize("size", [(1024, 1024), (128, 128), (400, 128), (128, 400)])
def test_words_stand_inside_a_strip_at_the_lower_edge_and_change_nothing_else(size):
    bare = draw_phantom(size=size, marked=False).pixels
    marked = draw_phantom(size=size).pixels

    rows, columns = np.nonzero(bare != marked)
    width, height = size
    assert rows.min() > height - 0.14 * min(size)
    assert rows.max() < height - 1
    assert 0 < columns.min() < columns.max() < width - 1
    strip = marked[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert strip.max() - strip.min() > 180  # light words on a dark plate


def test_png_is_the_marked_film_without_metadata():
    data = phantom_png(3, size=SIZE, consolidation=0.5)

    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.mode, picture.info) == ("PNG", "L", {})
    np.testing.assert_array_equal(np.asarray(picture), drawn(3, 0.5))
    assert data == phantom_png(3, size=SIZE, consolidation=0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"seed": -1}, "seed", id="a seed counts from 0"),
        pytest.param({"size": (127, 512)}, "size", id="the words need 128 pixels"),
        pytest.param({"size": (512, 4097)}, "size", id="a drawing has a largest size too"),
        pytest.param({"consolidation": 1.01}, "consolidation", id="no more than full"),
        pytest.param({"consolidation": float("nan")}, "consolidation", id="not a number"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        draw_phantom(**arguments)


def test_large_film_is_drawn_in_seconds():
    start = time.perf_counter()

    draw_phantom(size=(1024, 1024))

    assert time.perf_counter() - start < 5  # 0.5 s when idle; the margin is for a busy machine
