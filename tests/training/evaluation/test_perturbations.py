"""Changed forms of a film."""

import numpy as np
import pytest

from cxr_app.imaging.drawing import draw_film
from training.evaluation.perturbations import FORMS

FILM = draw_film(3, size=(224, 200)).pixels


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("is_looked_for", [True, False])
def test_a_form_changes_the_film_the_same_way_each_time(name, is_looked_for):
    before = FILM.copy()

    changed = FORMS[name](FILM, is_looked_for)

    assert changed.dtype == np.uint8
    assert changed.ndim == 2
    assert not np.array_equal(changed, FILM)
    assert np.array_equal(changed, FORMS[name](FILM, is_looked_for))
    assert np.array_equal(FILM, before)


def test_a_crop_takes_its_share_off_both_ends():
    """6 % of 224 is 13.4, of 200 is 12."""
    assert FORMS["6 % cut off left and right"](FILM, True).shape == (200, 224 - 2 * 13)
    assert FORMS["6 % cut off top and bottom"](FILM, True).shape == (200 - 2 * 12, 224)


def test_a_border_is_black_and_the_middle_as_it_was():
    masked = FORMS["border of 8 % blackened"](FILM, True)

    assert masked[:16].max() == masked[-16:].max() == 0
    assert masked[:, :18].max() == masked[:, -18:].max() == 0
    assert np.array_equal(masked[16:-16, 18:-18], FILM[16:-16, 18:-18])


def test_borders_are_added_round_the_film_as_it_was():
    black = FORMS["black border of 25 % added"](FILM, True)
    white = FORMS["white border of 25 % added"](FILM, True)
    bars = FORMS["letterbox: black bars of 25 % above and below"](FILM, True)

    assert black.shape == white.shape == (300, 336)
    assert bars.shape == (300, 224)
    assert np.array_equal(black[50:250, 56:280], FILM)
    assert np.array_equal(bars[50:250], FILM)
    assert (black[:50].max(), white[:50].min(), bars[:50].max()) == (0, 255, 0)


def test_grey_values_are_halved_and_a_turn_keeps_the_middle():
    assert np.array_equal(FORMS["grey values halved"](FILM, True), FILM // 2)
    turned = FORMS["turned by 5 degrees"](FILM, True)
    assert turned.shape == FILM.shape
    assert abs(int(turned[100, 112]) - int(FILM[100, 112])) <= 8


def test_shapes_are_swapped_along_one_axis_by_class():
    """1.49 / 1.21 is 1.231: 224 / 1.231 is 182, 200 / 1.231 is 162; 200 * 1.231 is 246."""
    crop, pad = (FORMS[f"classes' shapes swapped, by {how}"] for how in ("crop", "padding"))

    assert crop(FILM, True).shape == (200, 182)
    assert crop(FILM, False).shape == (162, 224)
    assert pad(FILM, True).shape == (246, 224)
    assert pad(FILM, False).shape == (200, 276)
    assert pad(FILM, True)[:23].max() == 0
    assert np.array_equal(pad(FILM, True)[23:-23], FILM)
