"""Films as the backbone sees them: in training exactly as in the served graph."""

from pathlib import Path

import keras
import numpy as np
import pytest

from cxr_app.imaging.drawing import draw_png
from training.data.preparation import prepare
from training.data.reduction import shrink
from training.data.sources import read_class_folders


def test_a_whole_factor_is_a_mean_over_blocks():
    picture = np.zeros((512, 512, 1), np.uint8)
    picture[0, 0], picture[0, 1], picture[1, 0], picture[1, 1] = 10, 20, 30, 44

    small = shrink(picture, 256)

    assert small.shape == (256, 256, 1)
    assert small[0, 0, 0] == 26  # 104 / 4
    assert small[1:, :].max() == 0


@pytest.mark.parametrize("size", [512, 256, 224, 200, 128, 96])
def test_every_size_is_what_the_served_graph_makes_of_it(size):
    picture = np.random.default_rng(size).integers(0, 256, (512, 512, 1), np.uint8)
    grey = picture[np.newaxis].astype(np.float32)
    if size < 512:
        grey = keras.ops.average_pool(grey, 512 // size, 512 // size)
    served = keras.ops.image.resize(grey, (size, size), interpolation="bilinear")

    # Half a grey level is the rounding of what is stored.
    apart = np.abs(shrink(picture, size) - np.asarray(served)[0])
    assert apart.max() <= 0.51


@pytest.fixture
def films(tmp_path: Path):
    for place, label in enumerate(("NORMAL", "PNEUMONIA")):
        (tmp_path / label).mkdir()
        (tmp_path / label / "film.png").write_bytes(draw_png(place, size=(140, 128)))
    return read_class_folders(tmp_path, ("NORMAL", "PNEUMONIA"))


def test_a_film_is_decoded_once(films, tmp_path):
    first = prepare(films, n_classes=2, size=64, cache=tmp_path / "cache")
    for film in films:
        film.path.unlink()

    again = prepare(films, n_classes=2, size=64, cache=tmp_path / "cache")

    assert np.array_equal(first.pictures, again.pictures)
    assert again.truth.tolist() == [[1, 0], [0, 1]]


def test_another_size_or_order_is_another_entry(films, tmp_path):
    for size, order in ((64, films), (96, films), (64, films[::-1])):
        prepare(order, n_classes=2, size=size, cache=tmp_path / "cache")

    assert len(list((tmp_path / "cache").iterdir())) == 3


def test_films_that_cannot_be_read_stop_the_run_if_they_are_many(films, tmp_path):
    films[0].path.write_bytes(b"")

    with pytest.raises(Exception, match="1 of 2 films cannot be read"):
        prepare(films, n_classes=2, size=64, cache=tmp_path / "cache")
