"""Samplers: which films an epoch shows."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from training.data.sampling import SAMPLERS, thin_normals
from training.data.sources import LabelledFilm

# Six films of the first class, two of the second.
TWO = np.eye(2, dtype=np.uint8)[[0, 0, 0, 0, 0, 0, 1, 1]]

# The second finding is the rarest; the last two films have none.
FINDINGS = np.array([[1, 0], [1, 0], [1, 0], [1, 1], [0, 0], [0, 0]], np.uint8)


def places(name: str, truth: np.ndarray, seed: int = 0) -> list[int]:
    return SAMPLERS[name](truth, np.random.default_rng(seed)).tolist()


def test_every_film_is_shown_once():
    assert sorted(places("every-film", TWO)) == list(range(8))


def test_oversampling_makes_classes_as_frequent_and_leaves_no_film_out():
    shown = Counter(places("over", TWO))

    assert set(shown) == set(range(8))
    assert [shown[place] for place in range(6)] == [1] * 6
    assert shown[6] + shown[7] == 6


def test_undersampling_shows_as_many_films_of_each_class_and_none_twice():
    shown = places("under", TWO)

    assert len(set(shown)) == len(shown) == 4
    assert sum(place >= 6 for place in shown) == 2


def test_undersampling_shows_other_films_in_other_epochs():
    seen = {place for epoch in range(20) for place in places("under", TWO, seed=epoch)}

    assert seen == set(range(8))


@pytest.mark.parametrize("name", list(SAMPLERS))
def test_an_epoch_can_be_drawn_again(name: str):
    assert places(name, TWO, seed=5) == places(name, TWO, seed=5)
    assert places(name, TWO, seed=5) != places(name, TWO, seed=6)


@pytest.mark.parametrize("name", list(SAMPLERS))
def test_classes_are_mixed(name: str):
    """Films in the order of their classes would be forgotten class by class."""
    many = np.eye(2, dtype=np.uint8)[[0] * 50 + [1] * 50]

    first_half = places(name, many)[:50]

    assert 10 < sum(place < 50 for place in first_half) < 40


def test_a_film_with_several_findings_counts_for_the_rarest():
    """Film 3 alone has the second finding: it is shown as often as films 0 to 2 together."""
    shown = Counter(places("over", FINDINGS))

    assert [shown[place] for place in range(3)] == [1, 1, 1]
    assert shown[3] == 3
    # Those without a finding are a class of their own.
    assert shown[4] + shown[5] == 3


def films(*, normals: int, cases: int, subset: str) -> tuple[LabelledFilm, ...]:
    return tuple(
        LabelledFilm(
            path=Path(f"{subset}-{place}.png"),
            name=f"{subset}-{place}.png",
            classes=(int(place >= normals),),
            patient=str(place),
            subset=subset,
            sha256=str(place),
        )
        for place in range(normals + cases)
    )


def test_normals_are_thinned_to_a_ratio_and_cases_are_kept():
    used = films(normals=20, cases=4, subset="train")

    kept = thin_normals(used, per_case=1.5, seed=0)

    assert Counter(film.label for film in kept) == {0: 6, 1: 4}  # 1.5 for each of four
    assert [film for film in used if film in kept] == list(kept)  # in their order


def test_test_films_are_neither_left_out_nor_counted():
    tests = films(normals=30, cases=10, subset="test")
    used = films(normals=20, cases=4, subset="train")

    kept = thin_normals(used + tests, per_case=1.0, seed=0)

    assert kept[-40:] == tests
    assert Counter(film.label for film in kept[:-40]) == {0: 4, 1: 4}


def test_few_normals_are_all_kept():
    few = films(normals=3, cases=4, subset="train")

    assert thin_normals(few, per_case=2.0, seed=0) == few


def test_the_normals_that_are_kept_are_drawn_by_the_seed():
    used = films(normals=20, cases=4, subset="train")

    assert thin_normals(used, per_case=1.0, seed=1) == thin_normals(used, per_case=1.0, seed=1)
    assert thin_normals(used, per_case=1.0, seed=1) != thin_normals(used, per_case=1.0, seed=2)
