"""What is measured of a film."""

from pathlib import Path

import numpy as np
import pytest

from cxr_app.codes import Code
from cxr_app.imaging.drawing import draw_png
from cxr_app.imaging.film import Facts, Film, Format
from tests.makers import film as draw
from tests.makers import saved
from tests.training.audit.makers import labelled, measured
from training.audit.image_statistics import MeasuredFilm, facts_of, measure, open_films
from training.data.sources import LabelledFilm


def film_of(pixels: np.ndarray) -> Film:
    height, width = pixels.shape
    facts = Facts(format=Format.PNG, width=width, height=height)
    return Film(pixels=pixels.astype(np.uint8), depth=8, facts=facts)


def on_disk(folder: Path, name: str, data: bytes) -> LabelledFilm:
    path = folder / name
    path.write_bytes(data)
    return LabelledFilm(
        path=path, name=name, classes=(0,), patient=name, subset="train", sha256=name
    )


def test_the_border_is_the_outer_8_percent_of_each_side():
    pixels = np.full((100, 200), 200)
    pixels[8:-8, 16:-16] = 50

    facts = facts_of(film_of(pixels), 1)

    assert facts.border == 200
    # Inside are 84 x 168 = 14,112 of 20,000 pixels: (14,112 x 50 + 5,888 x 200) / 20,000.
    assert facts.mean == pytest.approx(94.16)


def test_contrast_is_the_standard_deviation_of_the_grey_levels():
    pixels = np.zeros((100, 100))
    pixels[:50] = 200

    facts = facts_of(film_of(pixels), 1)

    assert (facts.mean, facts.contrast) == (100, 100)


def test_aspect_is_width_over_height_and_bytes_are_shared_among_the_pixels():
    facts = facts_of(film_of(draw(1, (300, 200))), 30_000)

    assert (facts.width, facts.height, facts.aspect) == (300, 200, 1.5)
    assert facts.bytes_per_pixel == 0.5  # 30,000 / (300 x 200)


def test_the_fingerprint_tells_row_by_row_which_cells_are_brighter_than_their_mean():
    pixels = np.zeros((160, 160))
    pixels[:80] = 200

    facts = facts_of(film_of(pixels), 1)

    assert facts.fingerprint == b"\xff" * 16 + b"\x00" * 16


def test_half_the_size_and_another_compression_turn_few_bits_of_the_fingerprint(tmp_path):
    large = draw(1, (520, 480))
    other = np.ascontiguousarray(large[::-1])
    films = (
        on_disk(tmp_path, "large.png", saved(large, "PNG")),
        on_disk(tmp_path, "small.jpg", saved(np.ascontiguousarray(large[::2, ::2]), "JPEG")),
        on_disk(tmp_path, "other.png", saved(other, "PNG")),
    )

    prints = [
        np.unpackbits(np.frombuffer(one.facts.fingerprint, np.uint8)) for one in measure(films)
    ]

    assert (prints[0] != prints[1]).sum() <= 8 < (prints[0] != prints[2]).sum()


def test_a_film_that_the_app_refuses_has_its_code_and_no_facts(tmp_path):
    films = (on_disk(tmp_path, "empty.png", b""), on_disk(tmp_path, "text.png", b"no picture"))

    found = measure(films)

    assert [(one.facts, one.code) for one in found] == [
        (None, Code.EMPTY),
        (None, Code.NOT_AN_IMAGE),
    ]


def test_a_picture_is_kept_of_the_films_that_are_named_alone(tmp_path):
    data = draw_png(1, size=(160, 128))
    films = (on_disk(tmp_path, "shown.png", data), on_disk(tmp_path, "other.png", data))

    shown, other = measure(films, pictured=frozenset({"shown.png"}))

    assert shown.picture.startswith(b"\xff\xd8")
    assert other.picture is None


def test_test_films_copies_of_them_and_unreadable_films_are_not_open():
    films = (
        measured(labelled("train", 0)),
        measured(labelled("copy", 0, sha256="same")),
        measured(labelled("test", 0, subset="test", sha256="same")),
        MeasuredFilm(film=labelled("broken", 0), code=Code.CORRUPT),
    )

    assert [one.film.name for one in open_films(films)] == ["train"]


@pytest.mark.parametrize("is_both", [True, False])
def test_a_measured_film_has_facts_or_a_code(is_both):
    facts = measured(labelled("a", 0)).facts

    with pytest.raises(ValueError, match="either"):
        MeasuredFilm(
            film=labelled("a", 0),
            facts=facts if is_both else None,
            code=Code.EMPTY if is_both else None,
        )
