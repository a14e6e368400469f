"""Films with lung masks: read, split, and changed for the training."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from tests.training.lungs.makers import ellipses, make_masked_films
from training.errors import TrainingError
from training.lungs.films import MaskedFilms, batches, read_masked_films


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_masked_films(tmp_path_factory.mktemp("masked"), children=15, adults=10)


def some(count: int) -> MaskedFilms:
    films, masks = zip(*map(ellipses, range(count)), strict=True)
    return MaskedFilms(
        films=np.stack(films), masks=np.stack(masks), is_child=np.arange(count) % 2 == 0
    )


def test_a_fifth_of_each_age_group_is_left_out(folder: Path):
    to_fit, left_out = read_masked_films(folder, seed=1)

    assert (to_fit.is_child.sum(), (~to_fit.is_child).sum()) == (12, 8)
    assert (left_out.is_child.sum(), (~left_out.is_child).sum()) == (3, 2)


def test_no_film_is_on_both_sides_and_none_is_lost(folder: Path):
    parts = read_masked_films(folder, seed=1)

    names = [film.tobytes() for part in parts for film in part.films]
    assert len(names) == len(set(names)) == 25


def test_the_split_is_that_of_its_seed(folder: Path):
    first, again, other = (read_masked_films(folder, seed=seed)[1] for seed in (1, 1, 2))

    assert np.array_equal(first.films, again.films)
    assert not np.array_equal(first.films, other.films)


def test_film_and_mask_have_the_networks_size_and_lie_over_each_other(folder: Path):
    films, _ = read_masked_films(folder, seed=1)

    assert films.films.shape == films.masks.shape == (20, 128, 128)
    assert (films.films.dtype, films.masks.dtype) == (np.uint8, np.bool_)
    for film, mask in zip(films.films, films.masks, strict=True):
        assert (mask == (film < 120)).mean() > 0.99  # lungs are 50, all else is 190


def rewrite(folder: Path, text: str) -> None:
    (folder / "manifest.csv").write_text(text)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda f: (f / "manifest.csv").unlink(), id="no table"),
        pytest.param(lambda f: rewrite(f, ""), id="an empty table"),
        pytest.param(lambda f: rewrite(f, "name,age_group\n"), id="a table without rows"),
        pytest.param(lambda f: rewrite(f, "name,age\n0,adults\n"), id="no age group"),
        pytest.param(lambda f: rewrite(f, "name,age_group\n0\n"), id="a row that is cut short"),
        pytest.param(lambda f: rewrite(f, "name,age_group\n77,adults\n"), id="an unknown film"),
        pytest.param(lambda f: (f / "manifest.csv").write_bytes(b"\xff\xfe\0"), id="no UTF-8"),
        pytest.param(lambda f: (f / "masks" / "1.png").unlink(), id="no mask"),
        pytest.param(lambda f: (f / "films" / "1.jpg").write_bytes(b"x"), id="no picture"),
    ],
)
def test_films_masks_and_table_must_fit_together(damage: Callable[[Path], object], tmp_path: Path):
    folder = make_masked_films(tmp_path / "masked", children=2, adults=1)
    damage(folder)

    with pytest.raises(TrainingError, match="do not fit together") as caught:
        read_masked_films(folder, seed=1)

    assert caught.value.code == "data_invalid"


def test_batches_are_those_of_their_seed():
    first, again, other = (next(batches(some(4), size=4, seed=seed)) for seed in (1, 1, 2))

    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_a_batch_has_the_shapes_and_ranges_that_the_network_takes():
    for grey, lungs in islice(batches(some(6), size=3, seed=1), 8):
        assert grey.shape == lungs.shape == (3, 128, 128, 1)
        assert grey.dtype == lungs.dtype == np.float32
        assert 0 <= grey.min() <= grey.max() <= 255
        assert set(np.unique(lungs)) <= {0, 1}


def test_the_mask_moves_with_its_film():
    """However it was turned and re-exposed: greys of lung and of the rest stay apart."""
    gaps, moved = [], 0
    for grey, lungs in islice(batches(some(8), size=8, seed=3), 4):
        for film, mask in zip(grey[..., 0], lungs[..., 0] > 0, strict=True):
            near = film[32:96, 32:96], mask[32:96, 32:96]  # where there is no border
            gaps.append(abs(np.median(near[0][near[1]]) - np.median(near[0][~near[1]])))
            moved += not any(np.array_equal(mask, still) for still in some(8).masks)
    assert np.median(gaps) > 40
    assert min(gaps) > 10
    assert moved == len(gaps)


def test_an_epoch_shows_each_film_once():
    """Sizes of lungs tell the films apart where nothing is scaled; here films are of one grey."""
    greys = np.arange(6)[:, np.newaxis, np.newaxis] * np.ones((1, 128, 128)) * 40
    films = MaskedFilms(
        films=greys.astype(np.uint8),
        masks=np.stack([np.full((128, 128), place % 2 == 0) for place in range(6)]),
        is_child=np.ones(6, np.bool_),
    )

    epoch = list(islice(batches(films, size=2, seed=5), 3))

    with_lungs = [bool(mask.any()) for _, lungs in epoch for mask in lungs]
    assert sorted(with_lungs) == [False] * 3 + [True] * 3
