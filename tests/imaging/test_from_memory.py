"""Films that a program hands over become what a file of the same pixels becomes."""

import io

import numpy as np
import pytest
from PIL import Image

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.decode import decode
from cxr_app.imaging.film import Format
from cxr_app.imaging.from_memory import film_from_array, film_from_picture
from cxr_app.limits import Limits
from tests.makers import film, saved

PIXELS = film(5)


@pytest.mark.parametrize(
    ("array", "depth"),
    [
        pytest.param(PIXELS, 8, id="grey"),
        pytest.param(PIXELS[:, :, np.newaxis], 8, id="one channel"),
        pytest.param(np.dstack([PIXELS] * 3), 8, id="three channels"),
        pytest.param(np.dstack([PIXELS] * 3 + [np.full_like(PIXELS, 255)]), 8, id="opaque"),
        pytest.param(PIXELS * np.uint16(257), 16, id="sixteen bits"),
        pytest.param((PIXELS / 255).astype(np.float32), 16, id="floating"),
        pytest.param(np.asfortranarray(PIXELS), 8, id="columns first in memory"),
    ],
)
def test_arrays_of_one_film_make_one_film(array: np.ndarray, depth: int) -> None:
    made = film_from_array(array)

    assert np.array_equal(made.pixels, PIXELS)
    assert (made.depth, made.facts.format, made.warnings) == (depth, Format.MEMORY, ())


def test_a_film_does_not_change_with_the_array_it_was_made_of() -> None:
    array = PIXELS.copy()

    made = film_from_array(array)
    array[:] = 0

    assert np.array_equal(made.pixels, PIXELS)


def test_half_clear_is_half_as_bright() -> None:
    white = np.full((100, 100, 4), 200, dtype=np.uint8)
    white[:, :, 3] = 102

    made = film_from_array(white)

    assert np.unique(made.pixels).tolist() == [80]  # 200 * 102 / 255
    assert made.warnings == (Code.TRANSPARENCY_FLATTENED,)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        pytest.param(np.zeros((100, 100, 2), np.uint8), r"Got \[100, 100, 2\]", id="channels"),
        pytest.param(np.zeros(100, np.uint8), r"Got \[100\]", id="one axis"),
        pytest.param(np.zeros((0, 100), np.uint8), r"Got \[0, 100\]", id="nothing"),
        pytest.param(np.zeros((100, 100), np.int64), "Got int64", id="type"),
        pytest.param(np.zeros((100, 100), np.complex64), "Got complex64", id="complex"),
    ],
)
def test_wrong_arrays_are_our_own_errors(array: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        film_from_array(array)


def test_not_a_number_is_refused() -> None:
    with pytest.raises(Rejected) as caught:
        film_from_array(np.full((100, 100), np.nan, dtype=np.float32))

    assert caught.value.code is Code.BAD_PIXEL_VALUES


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "CMYK", "I;16", "I", "F", "P"])
def test_pictures_of_any_mode_are_read(mode: str) -> None:
    picture = Image.fromarray(PIXELS)
    if mode in ("I;16", "I"):
        deep = PIXELS.astype({"I;16": np.uint16, "I": np.int32}[mode]) * 257
        picture = Image.fromarray(deep)
    else:
        picture = picture.convert("RGB").convert(mode) if mode == "CMYK" else picture.convert(mode)

    made = film_from_picture(picture)

    assert np.abs(made.pixels.astype(int) - PIXELS).max() <= 1


def test_the_orientation_of_an_opened_picture_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.fromarray(PIXELS).transpose(Image.Transpose.ROTATE_90)

    made = film_from_picture(Image.open(io.BytesIO(saved(stored, "PNG", exif=exif))))

    assert np.array_equal(made.pixels, PIXELS)


def test_size_is_asked_before_a_picture_is_loaded() -> None:
    with pytest.raises(Rejected) as caught:
        film_from_picture(Image.new("L", (95, 300)))

    assert caught.value.code is Code.TOO_SMALL


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_junk_in_the_exif_of_an_opened_picture_costs_nothing(kind: str) -> None:
    """The same film by its bytes and by Pillow; and no warning, which a test makes an error."""
    data = saved(Image.fromarray(PIXELS), kind, exif=b"Exif\0\0" + b"\xff" * 50)

    made = film_from_picture(Image.open(io.BytesIO(data)))

    assert np.abs(made.pixels.astype(int) - decode(data, Limits()).pixels).max() <= 1


def test_arrays_in_the_other_byte_order_are_read() -> None:
    deep = PIXELS.astype(np.uint16) * 257

    made = film_from_array(deep.astype(deep.dtype.newbyteorder(">")))

    assert np.array_equal(made.pixels, film_from_array(deep).pixels)


def test_alpha_that_is_not_a_number_is_refused() -> None:
    array = np.ones((100, 100, 4), np.float32)
    array[5, 5, 3] = np.nan

    with pytest.raises(Rejected) as caught:
        film_from_array(array)

    assert caught.value.code is Code.BAD_PIXEL_VALUES
