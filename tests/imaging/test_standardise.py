"""A film cut to its lungs: shape, border and exposure are the same for every copy of a chest."""

import numpy as np
import pytest
from PIL import Image

from cxr_app.imaging.standardise import lungs_box, standardise
from cxr_app.spec import StandardiseSpec

HOW = StandardiseSpec(margin=0.0, low=0.0, high=100.0)
SIDE = 512


def chest(left: int, top: int, right: int, bottom: int, *, low: int = 0, high: int = 255):
    """Draw a picture whose one bright-to-dark ramp, the "chest", fills a box."""
    blocks = np.random.default_rng(0).integers(60, 190, (16, 16)).astype(np.uint8)
    grey = np.repeat(np.repeat(blocks, 32, axis=0), 32, axis=1)  # not an even border
    grey = np.clip(grey, low, high)
    ramp = np.linspace(low, high, right - left).astype(np.uint8)
    grey[top:bottom, left:right] = ramp
    return grey


def finder(left: int, top: int, right: int, bottom: int):
    """Find "lungs" in the very box, as a network of 128 cells a side would."""
    lungs = np.zeros((128, 128), np.float32)
    lungs[top // 4 : bottom // 4, left // 4 : right // 4] = 1.0
    return lambda _: lungs


def test_the_box_becomes_the_whole_picture():
    box = (128, 64, 384, 448)

    found = standardise(chest(*box), finder(*box), HOW)

    assert found.pixels.shape == (SIDE, SIDE)
    assert found.pixels.dtype == np.uint8
    across = found.pixels[256, 4:-4].astype(int)  # at the very edge it blends with what is beside
    assert np.abs(across - np.linspace(0, 255, SIDE)[4:-4]).max() <= 3
    assert found.box is not None
    assert (found.box.left, found.box.top, found.box.right, found.box.bottom) == pytest.approx(
        (0.25, 0.125, 0.75, 0.875), abs=0.02
    )


def test_two_shapes_of_one_chest_become_one_picture():
    wide, tall = (64, 128, 448, 384), (160, 64, 352, 448)

    first = standardise(chest(*wide), finder(*wide), HOW).pixels.astype(int)
    second = standardise(chest(*tall), finder(*tall), HOW).pixels.astype(int)

    assert np.abs(first - second).mean() < 2


def test_an_exposure_that_was_halved_makes_no_difference():
    box = (128, 128, 384, 384)

    plain = standardise(chest(*box, low=20, high=240), finder(*box), HOW).pixels.astype(int)
    halved = standardise(chest(*box, low=10, high=120), finder(*box), HOW).pixels.astype(int)

    assert np.abs(plain - halved)[4:-4, 4:-4].max() <= 4


def test_percentiles_leave_a_bright_marker_out_of_the_stretch():
    box = (128, 128, 384, 384)
    marked = chest(*box, low=0, high=100)
    marked[130:140, 130:140] = 255
    how = StandardiseSpec(margin=0.0, low=1.0, high=99.0)

    found = standardise(marked, finder(*box), how).pixels

    assert np.median(found[:, -20:]) > 240


def test_wide_borders_are_cut_before_lungs_are_looked_for():
    framed = np.zeros((SIDE, SIDE), np.uint8)
    inner = np.random.default_rng(0).integers(60, 200, (256, 256)).astype(np.uint8)
    framed[128:384, 128:384] = inner
    seen = []

    def find(grey: np.ndarray) -> np.ndarray:
        seen.append(grey)
        return np.zeros((128, 128), np.float32)

    found = standardise(framed, find, HOW)

    assert seen[0] is found.framed
    assert found.framed.std(axis=1).min() > 5  # no row of the border is left


def test_without_lungs_the_whole_film_is_used():
    grey = chest(128, 128, 384, 384)

    found = standardise(grey, lambda _: np.zeros((128, 128), np.float32), HOW)

    assert found.box is None
    assert np.array_equal(found.pixels, grey)


def test_an_even_picture_stays_as_it_is():
    even = np.full((SIDE, SIDE), 77, np.uint8)

    found = standardise(even, lambda _: np.zeros((128, 128), np.float32), HOW)

    assert np.array_equal(found.pixels, even)


@pytest.mark.parametrize("value", [float("nan"), 0.5])
def test_a_map_that_says_nothing_gives_no_box(value: float):
    assert lungs_box(np.full((128, 128), value, np.float32), margin=0.1) is None


def test_specks_do_not_move_the_box():
    lungs = finder(128, 128, 384, 384)(None)
    speckled = lungs.copy()
    speckled[2:5, 120:123] = 1.0

    plain, moved = lungs_box(lungs, margin=0.0), lungs_box(speckled, margin=0.0)
    assert plain is not None
    assert moved is not None
    for side in ("left", "top", "right", "bottom"):
        assert getattr(moved, side) == pytest.approx(getattr(plain, side), abs=0.02)


def test_the_margin_is_a_share_of_the_box_and_ends_at_the_edges():
    box = lungs_box(finder(0, 128, 256, 384)(None), margin=0.1)

    assert box is not None
    assert box.left == 0.0
    assert box.right == pytest.approx(0.55, abs=0.02)
    assert box.top == pytest.approx(0.25 - 0.05, abs=0.02)


def test_a_resized_copy_is_standardised_alike():
    box = (128, 96, 384, 416)
    grey = chest(*box)
    small = np.asarray(Image.fromarray(grey).resize((224, 224), Image.Resampling.BILINEAR))
    again = np.asarray(Image.fromarray(small).resize((SIDE, SIDE), Image.Resampling.BILINEAR))

    first = standardise(grey, finder(*box), HOW).pixels.astype(int)
    second = standardise(again, finder(*box), HOW).pixels.astype(int)

    assert np.abs(first - second).mean() < 3
