"""Films that are there more than once."""

import pytest

from cxr_app.codes import Code
from tests.training.audit.makers import labelled, measured
from training.audit import duplicates
from training.audit.duplicates import find_identical, find_near
from training.audit.image_statistics import MeasuredFilm

EIGHT, NINE = 0xFF, 0x1FF  # so many bits are set


def parts_of(films) -> dict[str, str]:
    """All in one part, but for the films that are called after another."""
    return {film.name: film.name.partition("-")[0] for film in films}


def near(*films: MeasuredFilm):
    return find_near(films, parts_of(one.film for one in films))


def test_films_of_equal_bytes_are_one_group():
    films = (
        labelled("fit-a", 0, sha256="x"),
        labelled("fit-b", 0, sha256="y"),
        labelled("fit-c", 0, sha256="x"),
        labelled("fit-d", 0, sha256="x"),
    )

    (group,) = find_identical(films, parts_of(films))

    assert [film.name for film in group.films] == ["fit-a", "fit-c", "fit-d"]
    assert group.bits is None


@pytest.mark.parametrize(
    ("other", "across"),
    [
        pytest.param(labelled("fit-b", 0, patient="1"), set(), id="in one place"),
        pytest.param(labelled("test-b", 0, patient="1"), {"parts"}, id="parts"),
        pytest.param(labelled("fit-b", 1, patient="1"), {"labels"}, id="labels"),
        pytest.param(labelled("fit-b", 0, patient="2"), {"patients"}, id="patients"),
        pytest.param(labelled("fit-b", 0, patient="1", subset="test"), {"folders"}, id="folders"),
    ],
)
def test_what_alike_films_stand_on_both_sides_of_is_said(other, across):
    found = near(measured(labelled("fit-a", 0, patient="1")), measured(other))

    (pair,) = found.pairs
    names = ("folders", "parts", "labels", "patients")
    assert {name for name in names if getattr(pair, f"is_across_{name}")} == across


def test_fingerprints_match_up_to_eight_bits():
    films = [
        measured(labelled("fit-a", 0), fingerprint=0),
        measured(labelled("fit-b", 0), fingerprint=EIGHT << 120),  # across two words of 64 bits
        measured(labelled("fit-c", 0), fingerprint=NINE << 200),
    ]

    found = near(*films)

    assert [(tuple(f.name for f in pair.films), pair.bits) for pair in found.pairs] == [
        (("fit-a", "fit-b"), 8)
    ]


def test_identical_files_are_not_told_a_second_time():
    one, two = (measured(labelled(name, 0, sha256="x")) for name in ("fit-a", "fit-b"))

    assert near(one, two).pairs == ()


def test_films_that_cannot_be_read_match_nothing():
    broken = [MeasuredFilm(film=labelled(f"fit-{n}", 0), code=Code.CORRUPT) for n in range(2)]

    assert near(*broken).pairs == ()


def test_a_pair_across_folders_comes_before_a_closer_one_within():
    films = [
        measured(labelled("fit-a", 0), fingerprint=0),
        measured(labelled("fit-b", 0), fingerprint=0),
        measured(labelled("fit-c", 0, subset="test"), fingerprint=EIGHT),
    ]

    first = near(*films).pairs[0]

    assert {film.subset for film in first.films} == {"train", "test"}


def test_each_film_is_compared_with_every_other_one():
    # Neighbors are 8 bits apart, next neighbors 16: each film matches the one after it.
    films = [measured(labelled(f"fit-{n}", 0), fingerprint=(1 << 8 * n) - 1) for n in range(20)]

    found = {tuple(film.name for film in pair.films) for pair in near(*films).pairs}

    assert found == {(f"fit-{n}", f"fit-{n + 1}") for n in range(19)}


def test_films_of_one_fingerprint_are_paired_with_each_other_and_with_their_neighbor():
    films = [measured(labelled(name, 0), fingerprint=bits) for name, bits in
             (("fit-a", 1), ("fit-b", 0), ("fit-c", 1))]  # fmt: skip

    found = {tuple(film.name for film in pair.films): pair.bits for pair in near(*films).pairs}

    assert found == {("fit-a", "fit-b"): 1, ("fit-b", "fit-c"): 1, ("fit-a", "fit-c"): 0}


def test_a_folder_of_blank_films_ends_the_search_and_says_so(monkeypatch):
    monkeypatch.setattr(duplicates, "MOST_PAIRS", 10)
    films = [measured(labelled(f"fit-{n}", 0)) for n in range(6)]  # 15 pairs

    found = near(*films)

    assert len(found.pairs) == 10
    assert not found.is_complete
