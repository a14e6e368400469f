"""What a reader puts right on a film."""

import numpy as np
import pytest

from cxr_app.codes import Code
from cxr_app.imaging.correction import AS_GIVEN, Correction
from cxr_app.imaging.film import Facts, Film, Format


def wide() -> Film:
    """Two rows of three pixels."""
    return Film(
        pixels=np.array([[1, 2, 3], [4, 5, 6]], np.uint8),
        depth=8,
        facts=Facts(format=Format.PNG, width=3, height=2, view="AP", age_years=4.0),
        warnings=(Code.COLOUR_IMAGE,),
    )


def test_a_film_as_it_was_given_is_the_same_film():
    film = wide()

    assert AS_GIVEN.applied(film) is film


@pytest.mark.parametrize(
    ("correction", "pixels"),
    [
        pytest.param(Correction(turned=90), [[4, 1], [5, 2], [6, 3]], id="clockwise"),
        pytest.param(Correction(turned=180), [[6, 5, 4], [3, 2, 1]], id="upside down"),
        pytest.param(Correction(turned=270), [[3, 6], [2, 5], [1, 4]], id="counterclockwise"),
        pytest.param(
            Correction(is_inverted=True), [[254, 253, 252], [251, 250, 249]], id="inverted"
        ),
        pytest.param(
            Correction(turned=90, is_inverted=True),
            [[251, 254], [250, 253], [249, 252]],
            id="turned and inverted",
        ),
    ],
)
def test_pixels_and_facts_go_together(correction: Correction, pixels: list[list[int]]):
    film = correction.applied(wide())

    assert film.pixels.tolist() == pixels
    assert (film.facts.height, film.facts.width) == film.pixels.shape
    assert (film.facts.turned, film.facts.is_inverted) == (
        correction.turned,
        correction.is_inverted,
    )


def test_what_the_file_says_is_kept_and_the_film_is_not_changed():
    film = wide()

    corrected = Correction(turned=90).applied(film)

    assert (corrected.facts.view, corrected.facts.age_years) == ("AP", 4.0)
    assert (corrected.depth, corrected.warnings) == (8, (Code.COLOUR_IMAGE,))
    assert film.pixels.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert not corrected.pixels.flags.writeable


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (Correction(turned=90), Correction(turned=90), Correction(turned=180)),
        (Correction(turned=270), Correction(turned=180), Correction(turned=90)),
        (Correction(turned=270), Correction(turned=90), AS_GIVEN),
        (Correction(is_inverted=True), Correction(is_inverted=True), AS_GIVEN),
        (
            Correction(turned=90),
            Correction(is_inverted=True),
            Correction(turned=90, is_inverted=True),
        ),
    ],
)
def test_one_after_the_other_is_both_at_once(
    first: Correction, second: Correction, both: Correction
):
    assert first.then(second) == both
    assert both.applied(wide()).pixels.tolist() == (
        second.applied(first.applied(wide())).pixels.tolist()
    )
