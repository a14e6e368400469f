"""Pictures to fit the gate on."""

from pathlib import Path

import numpy as np
import pytest

from cxr_app.examination.gate import LATERAL, OTHERS
from tests.makers import film, saved
from training.data.sources import LabelledFilm
from training.errors import TrainingError
from training.examination.drawn_pictures import EACH, join_films
from training.examination.pictures import (
    KINDS,
    Example,
    drawn_examples,
    film_examples,
    other_examples,
)


@pytest.fixture(scope="module")
def drawn() -> list[Example]:
    return list(drawn_examples(FILMS, seed=1))


FILMS = [np.array(film(seed, (120, 100))) for seed in range(3)]


def put(place: Path, seed: int = 0) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(saved(film(seed, (120, 100)), "PNG"))
    return place


def test_every_kind_of_picture_is_one_that_the_gate_knows():
    assert set(KINDS.values()) == set(OTHERS)


def test_folder_and_name_say_kind_and_source(tmp_path: Path):
    put(tmp_path / "hand" / "clinic-a-001.png")
    put(tmp_path / "hand" / "clinic-a-002.png")
    put(tmp_path / "lateral_chest" / "b-1.png")

    found = list(other_examples(tmp_path))

    assert [(one.kind, one.detail, one.source, one.name) for one in found] == [
        ("body", "hand", "hand/clinic-a", "clinic-a-001.png"),
        ("body", "hand", "hand/clinic-a", "clinic-a-002.png"),
        (LATERAL, "lateral_chest", "lateral_chest/b", "b-1.png"),
    ]
    assert not any(one.is_held_out for one in found)


def test_what_is_no_picture_is_passed_over(tmp_path: Path):
    put(tmp_path / "photo" / "a-1.png")
    (tmp_path / "photo" / "a-2.png").write_bytes(b"no picture")
    (tmp_path / "photo" / "LICENSE").write_text("CC0")

    assert [one.name for one in other_examples(tmp_path)] == ["a-1.png"]


def test_large_pictures_are_reduced(tmp_path: Path):
    place = tmp_path / "photo" / "a-1.png"
    place.parent.mkdir()
    place.write_bytes(saved(film(0, (1600, 800)), "PNG"))

    (one,) = other_examples(tmp_path)

    assert one.grey.shape == (512, 1024)


def test_an_unknown_kind_is_refused_with_the_known_ones(tmp_path: Path):
    put(tmp_path / "cats" / "a-1.png")

    with pytest.raises(TrainingError, match=r"named one of abdomen, abdomen_ct, .*, wallpaper"):
        list(other_examples(tmp_path))


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_a_folder_without_kinds_is_refused(tmp_path: Path, folder: str):
    (tmp_path / "empty").mkdir()

    with pytest.raises(TrainingError, match="no folder of pictures") as caught:
        list(other_examples(tmp_path / folder))
    assert caught.value.code == "data_invalid"


def test_a_films_source_is_its_patient(tmp_path: Path):
    films = tuple(
        LabelledFilm(path=path, name=path.name, classes=(0,), patient=patient,
                     is_own_patient=False, subset="train", sha256="0" * 64)
        for path, patient in ((put(tmp_path / "1.png"), "p1"), (tmp_path / "gone.png", "p2"))
    )  # fmt: skip

    (one,) = film_examples(films, kind="child", detail="own", is_held_out=True)

    assert (one.kind, one.detail, one.source, one.name) == ("child", "own", "p1", "1.png")
    assert one.is_held_out
    assert np.array_equal(one.grey, film(0, (120, 100)))


def test_drawn_pictures_are_those_of_their_seed(drawn: list[Example]):
    again, other = (list(drawn_examples(FILMS, seed=seed)) for seed in (1, 2))

    assert all(np.array_equal(a.grey, b.grey) for a, b in zip(drawn, again, strict=True))
    changed = [not np.array_equal(a.grey, b.grey) for a, b in zip(drawn, other, strict=True)]
    assert np.mean(changed) > 0.95


def test_drawings_of_one_kind_come_in_four_sources(drawn: list[Example]):
    """So that some of each kind are judged by a gate that was not fitted on them."""
    for detail in {one.detail for one in drawn}:
        assert len({one.source for one in drawn if one.detail == detail}) == 4
    assert len({one.name for one in drawn}) == len(drawn)
    assert {one.kind for one in drawn} == {"page", "pattern", "several"}


def test_each_kind_is_drawn_equally_often(drawn: list[Example]):
    kinds = [one.detail for one in drawn if one.kind != "several"]

    assert {kinds.count(kind) for kind in kinds} == {EACH}
    assert sorted(set(kinds)) == ["blobs", "chart", "checks", "gradient", "noise", "text"]


def test_two_to_four_films_stand_beside_each_other():
    joined = list(join_films(FILMS, seed=2))

    assert len(joined) == 2 * EACH
    for picture in joined:
        height, width = picture.shape
        assert width >= 800  # two of 400
        assert 400 <= height <= 830
    assert {height > 400 for height, _ in (picture.shape for picture in joined)} == {True, False}
