"""A second archive's films are fitted too, and used for nothing else."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from training.data.second_archive import with_also
from training.data.sources import LabelledFilm
from training.data.splits import Split
from training.errors import TrainingError
from training.recipes.data import AlsoRecipe
from training.recipes.fitting import FitRecipe
from training.recipes.recipe import Recipe


def recipe(**changes: object) -> Recipe:
    values = {"name": "others", "source": "class-folders", "weight": 0.5}
    return Recipe(
        name="own",
        candidates=("densenet121",),
        fit=FitRecipe(epochs=1, learning_rate=0.1),
        also=AlsoRecipe(**{**values, **changes}),
    )


def film(name: str, label: int, sha256: str) -> LabelledFilm:
    return LabelledFilm(
        path=Path(name), name=name, classes=(label,), patient=name, subset="train", sha256=sha256
    )


def put(folder: Path, *names: str) -> Path:
    for name in names:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(name.encode())
    return folder


SPLIT = Split(
    fit=(film("a", 0, "1"), film("b", 1, "2")),
    validation=(film("c", 0, "3"), film("d", 1, "4")),
    calibration=(film("e", 0, "5"), film("f", 1, "6")),
)


EVERY = (*SPLIT.fit, *SPLIT.validation, *SPLIT.calibration, film("g", 0, "7"))


def test_its_films_join_those_that_are_fitted_and_no_others(tmp_path):
    put(tmp_path, "NORMAL/x.png", "PNEUMONIA/y.png")

    found = with_also(SPLIT, EVERY, tmp_path, recipe())

    assert [one.name for one in found.fit] == [
        "a",
        "b",
        "also/NORMAL/x.png",
        "also/PNEUMONIA/y.png",
    ]
    assert [one.weight for one in found.fit] == [1.0, 1.0, 0.5, 0.5]
    assert (found.validation, found.calibration) == (SPLIT.validation, SPLIT.calibration)


def test_its_test_films_stay_out(tmp_path):
    put(tmp_path, *(f"{part}/{label}/{part}.png" for part in ("train", "test")
                    for label in ("NORMAL", "PNEUMONIA")))  # fmt: skip

    found = with_also(SPLIT, EVERY, tmp_path, recipe())

    assert {one.path.stem for one in found.fit[2:]} == {"train"}


def test_one_class_alone_may_be_taken(tmp_path):
    put(tmp_path, "NORMAL/x.png", "PNEUMONIA/y.png")

    found = with_also(SPLIT, EVERY, tmp_path, recipe(only=("NORMAL",)))

    assert [one.label for one in found.fit[2:]] == [0]


def test_a_film_that_chooses_or_calibrates_is_not_fitted_under_another_name(tmp_path):
    put(tmp_path, "NORMAL/x.png", "PNEUMONIA/y.png")
    theirs = with_also(SPLIT, EVERY, tmp_path, recipe()).fit[2]
    judging = Split(fit=SPLIT.fit, validation=(theirs,), calibration=SPLIT.calibration)

    found = with_also(judging, (*EVERY, theirs), tmp_path, recipe())

    assert [one.path.name for one in found.fit[2:]] == ["y.png"]


def test_nothing_to_add_is_an_error(tmp_path):
    put(tmp_path, "test/NORMAL/x.png", "test/PNEUMONIA/y.png")

    with pytest.raises(TrainingError, match="no film that could be added") as caught:
        with_also(SPLIT, EVERY, tmp_path, recipe())

    assert caught.value.code == "data_invalid"


def test_a_copy_of_a_test_film_is_not_fitted(tmp_path):
    put(tmp_path, "NORMAL/x.png", "PNEUMONIA/y.png")
    sha256 = hashlib.sha256(b"NORMAL/x.png").hexdigest()
    test = replace(film("t", 0, sha256), subset="test")

    found = with_also(SPLIT, (*EVERY, test), tmp_path, recipe())

    assert [one.path.name for one in found.fit[2:]] == ["y.png"]


def test_a_patient_who_judges_is_not_fitted_in_another_copy(tmp_path):
    put(tmp_path, "NORMAL/IM-0001-0001.png", "PNEUMONIA/person7_virus_1.png")
    child = replace(film("c", 1, "3"), patient="person7")
    judging = Split(fit=SPLIT.fit, validation=(child,), calibration=SPLIT.calibration)

    found = with_also(judging, (*EVERY, child), tmp_path, recipe())

    assert [one.path.name for one in found.fit[2:]] == ["IM-0001-0001.png"]
