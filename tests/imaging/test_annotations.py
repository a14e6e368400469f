"""Burned-in text on drawn films: names and dates are found, markers and cables are not."""

import functools
import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from cxr_app.imaging.annotations import has_annotations
from cxr_app.imaging.drawing import draw_film

SQUARE = (640, 640)


@functools.cache
def drawn(seed: int) -> Image.Image:
    """A square film without words: drawing it takes far longer than scaling it."""
    return Image.fromarray(draw_film(seed, size=(480, 480), marked=False).pixels)


def plain(size: tuple[int, int] = SQUARE, seed: int = 0) -> np.ndarray:
    return np.asarray(drawn(seed).resize(size))


def written(
    text: str,
    *,
    size: tuple[int, int] = SQUARE,
    height: int = 24,
    place: tuple[float, float] = (0.03, 0.03),
    level: int = 255,
    ground: int | None = None,
) -> np.ndarray:
    """Write on a drawn film, at a place in shares of it, on a label if it has a ground."""
    image = Image.fromarray(plain(size))
    draw = ImageDraw.Draw(image)
    at = (int(place[0] * size[0]), int(place[1] * size[1]))
    font = ImageFont.load_default(size=height)
    if ground is not None:
        left, top, right, bottom = draw.textbbox(at, text, font=font)
        draw.rectangle((left - 6, top - 6, right + 6, bottom + 6), fill=ground)
    draw.text(at, text, font=font, fill=level)
    return np.asarray(image)


@pytest.mark.parametrize(
    "text",
    ["SMITH JOHN 12.03.2011", "Garcia, Maria", "PORTABLE", "24/08/2018", "ACC 480267506", "ERECT"],
)
def test_text_is_found(text: str) -> None:
    assert has_annotations(written(text))


@pytest.mark.parametrize(
    "place",
    [
        pytest.param((0.03, 0.03), id="upper left"),
        pytest.param((0.6, 0.02), id="upper right"),
        pytest.param((0.03, 0.955), id="at the lower edge"),
        pytest.param((0.2, 0.45), id="over a lung"),
        pytest.param((0.45, 0.3), id="over the middle"),
    ],
)
def test_text_is_found_anywhere(place: tuple[float, float]) -> None:
    assert has_annotations(written("SMITH JOHN", place=place))


@pytest.mark.parametrize("height", [12, 16, 24, 38])
def test_letters_of_two_to_six_in_a_hundred_of_the_height_are_found(height: int) -> None:
    assert has_annotations(written("SMITH 12.03.2011", height=height))


@pytest.mark.parametrize(
    ("level", "ground"),
    [
        pytest.param(150, None, id="grey"),
        pytest.param(0, 255, id="black on a white label"),
        pytest.param(255, 0, id="white on a black label"),
    ],
)
def test_text_of_any_level_is_found(level: int, ground: int | None) -> None:
    assert has_annotations(written("Smith John", level=level, ground=ground))


@pytest.mark.parametrize(
    ("size", "height"),
    [
        pytest.param((224, 224), 12, id="small"),
        pytest.param((1300, 1000), 24, id="reduced"),
        pytest.param((2400, 2000), 60, id="large"),
    ],
)
def test_text_is_found_on_films_of_any_size(size: tuple[int, int], height: int) -> None:
    assert has_annotations(written("SMITH JOHN 2011", size=size, height=height))


def test_text_is_found_after_strong_compression() -> None:
    file = io.BytesIO()
    Image.fromarray(written("SMITH JOHN")).save(file, "JPEG", quality=60)

    assert has_annotations(np.asarray(Image.open(file)))


@pytest.mark.parametrize("text", ["R", "L", "AP", "PA", "LAT", "R 1"])
@pytest.mark.parametrize("height", [16, 40])
def test_a_side_marker_is_not_an_annotation(text: str, height: int) -> None:
    assert not has_annotations(written(text, height=height, place=(0.05, 0.1)))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("size", [(96, 96), (224, 224), (640, 640), (1100, 900)])
def test_a_plain_film_has_none(size: tuple[int, int], seed: int) -> None:
    assert not has_annotations(plain(size, seed))


@pytest.mark.parametrize("width", [2, 4, 8])
def test_cables_and_electrodes_are_none(width: int) -> None:
    image = Image.fromarray(plain())
    draw = ImageDraw.Draw(image)
    x = np.arange(0, 640, 4)
    for top in (200, 260):
        y = top + 40 * np.sin(x / 70)
        draw.line([*zip(x.tolist(), y.tolist(), strict=True)], fill=240, width=width)
    for centre in (150, 320, 490):
        draw.ellipse((centre - 12, 388, centre + 12, 412), fill=250)

    assert not has_annotations(np.asarray(image))


@pytest.mark.parametrize("shape", [(96, 96), (97, 333), (500, 500), (96, 16_000), (3000, 3000)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_uniform_film_has_none(shape: tuple[int, int], level: int) -> None:
    assert not has_annotations(np.full(shape, level, np.uint8))


def test_a_film_of_grain_alone_has_none() -> None:
    grain = np.random.default_rng(0).integers(0, 256, (1200, 1200), dtype=np.uint8)

    assert not has_annotations(grain)


def test_the_film_is_not_changed() -> None:
    film = written("SMITH JOHN")
    before = film.copy()
    film.setflags(write=False)
    has_annotations(film)

    assert np.array_equal(film, before)


def test_films_that_are_not_contiguous_are_read() -> None:
    assert has_annotations(written("SMITH JOHN")[::-1, ::-1][::-1, ::-1])
    assert has_annotations(np.asfortranarray(written("SMITH JOHN")))
