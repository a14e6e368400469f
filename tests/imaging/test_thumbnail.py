"""Small pictures for a page."""

import io

import numpy as np
from PIL import Image

from cxr_app.imaging.drawing import draw_film
from cxr_app.imaging.film import Facts, Film, Format
from cxr_app.imaging.thumbnail import make_thumbnail


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=["JPEG"])


def test_a_thumbnail_keeps_the_aspect_ratio():
    picture = opened(make_thumbnail(draw_film(size=(1024, 768))))

    assert picture.size == (512, 384)
    assert picture.mode == "L"


def test_a_small_film_is_not_enlarged():
    assert opened(make_thumbnail(draw_film(size=(160, 128)))).size == (160, 128)


def test_bright_stays_bright():
    pixels = np.zeros((64, 64), dtype=np.uint8)
    pixels[:, 32:] = 200
    film = Film(pixels=pixels, depth=8, facts=Facts(format=Format.MEMORY, width=64, height=64))

    shown = np.asarray(opened(make_thumbnail(film, side_px=16)))

    assert abs(int(shown[8, 3]) - 0) <= 8  # what JPEG may lose
    assert abs(int(shown[8, 12]) - 200) <= 8


def test_a_thumbnail_carries_no_metadata():
    picture = opened(make_thumbnail(draw_film(size=(160, 128))))

    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert len(picture.getexif()) == 0
