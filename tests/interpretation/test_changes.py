"""Twenty small changes, each on films of a few pixels."""

import numpy as np
import pytest

from cxr_app.imaging.drawing import draw_film
from cxr_app.imaging.to_input import to_input
from cxr_app.interpretation.changes import CHANGES, Kind


def grey() -> np.ndarray:
    return to_input(draw_film(1, size=(160, 128)))[:, :, 0]


def change(name: str):
    (found,) = [one for one in CHANGES if one.name == name]
    return found


def test_there_are_twenty_in_their_order():
    kinds = [one.kind for one in CHANGES]

    assert len(CHANGES) == len({one.name for one in CHANGES}) == 20
    assert [kinds.count(kind) for kind in Kind] == [8, 4, 4, 2, 2]
    assert kinds == sorted(kinds, key=list(Kind).index)


@pytest.mark.parametrize("one", CHANGES, ids=lambda one: one.name)
def test_a_change_is_small_and_always_the_same(one):
    film = grey()
    before = film.copy()

    changed = one.apply(film)

    assert changed.shape == film.shape
    assert changed.dtype == np.uint8
    assert (film == before).all()
    assert (changed == one.apply(film)).all()
    difference = np.abs(changed.astype(int) - film).mean()
    assert 0 < difference < 30


def test_a_shift_draws_the_edge_out():
    film = np.arange(100, dtype=np.uint8)[np.newaxis].repeat(100, axis=0)

    left = change("Shifted 2% to the left").apply(film)
    right = change("Shifted 2% to the right").apply(film)
    down = change("Shifted 4% down").apply(film.T)

    assert left[0].tolist() == [*range(2, 100), 99, 99]
    assert right[0].tolist() == [0, 0, *range(98)]
    assert down[:, 0].tolist() == [0, 0, 0, 0, *range(96)]


def test_a_turn_goes_the_way_its_name_says():
    film = np.zeros((512, 512), np.uint8)
    film[100, 256] = 255  # above the middle

    turned = change("Turned 4° to the right").apply(film)

    y, x = np.unravel_index(turned.argmax(), turned.shape)
    # 156 pixels from the middle: 156 x sin(4) = 11 to the right, 156 x (1 - cos(4)) = 0.4 down
    assert (y, x) == (pytest.approx(100, abs=1), pytest.approx(256 + 11, abs=1))


def test_a_turn_brings_no_black_corners():
    film = np.full((512, 512), 90, np.uint8)

    assert (change("Turned 4° to the left").apply(film) == 90).all()


def test_grey_values_by_hand():
    film = np.array([[0, 100, 200, 250]], np.uint8)

    # 255 x (100 / 255) ** 0.85 = 115.1
    assert change("Mid-greys lighter (gamma 0.85)").apply(film)[0, :2].tolist() == [0, 115]
    assert change("All greys 10% lighter").apply(film)[0].tolist() == [0, 110, 220, 255]
    assert change("All greys 10% darker").apply(film)[0].tolist() == [0, 90, 180, 225]


def test_a_crop_takes_the_same_from_each_side():
    film = np.full((100, 100), 50, np.uint8)
    film[4:-4, 4:-4] = 200

    assert (change("Cropped by 4% on each side").apply(film) == 200).all()
