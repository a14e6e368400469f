"""Random changes of a film."""

from dataclasses import fields

import numpy as np
import pytest

from training.data.augmentation import augment
from training.recipes.augmentation import AugmentRecipe

PICTURE = np.random.default_rng(0).integers(60, 200, (64, 64, 1), np.uint8)
ALL = {field.name: 0.3 for field in fields(AugmentRecipe)} | {"rotation_degrees": 20.0}


CHANCES = ("flip", "crop", "border", "soften", "sharpen", "jpeg", "erase", "marker")


def changed(seed: int = 0, **amounts: float) -> np.ndarray:
    return augment(PICTURE, AugmentRecipe(**amounts), np.random.default_rng(seed))


def test_nothing_asked_for_changes_nothing():
    assert np.array_equal(changed(), PICTURE)


def test_the_same_draw_gives_the_same_film():
    assert np.array_equal(changed(3, **ALL), changed(3, **ALL))
    assert not np.array_equal(changed(3, **ALL), changed(4, **ALL))


@pytest.mark.parametrize("name", sorted(ALL))
def test_each_kind_alone_changes_the_film_and_keeps_its_form(name):
    found = [changed(seed, **{name: 1.0 if name in CHANCES else ALL[name]}) for seed in range(8)]

    assert any(not np.array_equal(film, PICTURE) for film in found)
    assert {(film.dtype, film.shape) for film in found} == {(np.dtype(np.uint8), (64, 64, 1))}


def test_a_flip_is_left_to_right():
    assert np.array_equal(changed(flip=1.0), PICTURE[:, ::-1])


def test_a_change_of_aspect_widens_or_narrows():
    picture = np.zeros((64, 64, 1), np.uint8)
    picture[24:40, 24:40] = 255

    sizes = []
    for seed in range(40):
        film = augment(picture, AugmentRecipe(aspect=0.6), np.random.default_rng(seed))[:, :, 0]
        sizes.append(((film > 127).any(axis=0).sum(), (film > 127).any(axis=1).sum()))

    ratios = [width / height for width, height in sizes]
    assert min(ratios) < 0.75
    assert max(ratios) > 1.33
