"""The forms in which pictures are shown while fitting."""

import numpy as np
import pytest

from cxr_app.examination.orientation import TURNS, inverted, turned_back
from tests.makers import film
from training.examination.forms import SIDE, Form, gate_forms, turned_forms

FILM = np.array(film(1, (300, 240)))


def put_right(form: Form) -> np.ndarray:
    positive = inverted(form.grey) if form.is_negative else form.grey
    return turned_back(positive, TURNS.index(form.turn))


def test_the_gate_sees_a_picture_as_it_is_mirrored_through_the_chain_and_cut():
    plain, mirrored, chain, cut = gate_forms(FILM, np.random.default_rng(0))

    names = [form.name for form in (plain, mirrored, chain, cut)]
    assert names == ["plain", "mirrored", "chain", "cut"]
    left, right = (form.grey[:, : SIDE // 2].mean() for form in (chain, mirrored))
    assert abs(left - right) > 0.5  # this film is not the same on both sides
    assert np.array_equal(plain.grey, FILM)
    assert chain.grey.shape == cut.grey.shape == (SIDE, SIDE)
    assert not np.array_equal(chain.grey, cut.grey)
    assert {(form.turn, form.is_negative) for form in (plain, chain, cut)} == {("0", False)}


def test_a_film_is_shown_in_every_turn_as_a_negative_and_as_both():
    *turned, negative, both = turned_forms(FILM, np.random.default_rng(0))

    assert [(form.turn, form.is_negative) for form in turned] == [
        ("90", False),
        ("180", False),
        ("270", False),
    ]
    assert (negative.turn, negative.is_negative) == ("0", True)
    assert both.turn in TURNS[1:]
    assert both.is_negative


def test_what_the_app_puts_right_is_the_film_again():
    """The words of the fitting and of the app mean the same; 40 % of the forms are not cut."""
    whole = 0
    for seed in range(20):
        for form in turned_forms(FILM, np.random.default_rng(seed)):
            if form.grey.shape in (FILM.shape, FILM.shape[::-1]):
                assert np.array_equal(put_right(form), FILM)
                whole += 1
    assert whole > 20


def test_a_form_that_is_cut_stands_as_its_name_says():
    """Two corners of the picture are bright: which ones tells how it stands."""
    picture = np.full((400, 400), 20, np.uint8)
    picture[:200, :200], picture[:200, 200:] = 200, 120
    for form in turned_forms(picture, np.random.default_rng(3)):
        upright = put_right(form).astype(int)
        side = len(upright)
        near, far = side // 4, 3 * side // 4
        assert upright[near, near] > upright[near, far] > upright[far, near] - 5
        assert upright[near, far] > upright[far, far]


@pytest.mark.parametrize("forms", [gate_forms, turned_forms])
def test_forms_are_those_of_their_seed(forms):
    first, again, other = (list(forms(FILM, np.random.default_rng(seed))) for seed in (1, 1, 2))

    assert all(np.array_equal(a.grey, b.grey) for a, b in zip(first, again, strict=True))
    assert not all(
        a.grey.shape == b.grey.shape and np.array_equal(a.grey, b.grey)
        for a, b in zip(first, other, strict=True)
    )


def test_a_picture_of_one_grey_is_no_error():
    blank = np.full((120, 90), 7, np.uint8)

    assert len([*gate_forms(blank, np.random.default_rng(0))]) == 4
    assert len([*turned_forms(blank, np.random.default_rng(0))]) == 5
