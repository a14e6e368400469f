"""Folds: nobody stands on both sides, and a whole series can be left out."""

from collections import Counter
from pathlib import Path

import pytest

from training.crossvalidation.design import short_fold
from training.crossvalidation.folds import folds_of
from training.data.sources import LabelledFilm
from training.data.sources.film_names import series_of


def film(name: str, label: int, patient: str, sha256: str = "") -> LabelledFilm:
    return LabelledFilm(
        path=Path(name),
        name=name,
        classes=(label,),
        patient=patient,
        subset="train",
        sha256=sha256 or name,
    )


def archive() -> tuple[LabelledFilm, ...]:
    """Thirty patients of each class with two films each; the normal ones in two series."""
    films = []
    for number in range(30):
        series = "IM" if number % 2 else "NORMAL2-IM"
        for k in (1, 2):
            name = f"train/NORMAL/{series}-{number:04}-000{k}.jpeg"
            films.append(film(name, 0, f"{series}-{number}".lower()))
            name = f"train/PNEUMONIA/person{number}_virus_{k}.jpeg"
            films.append(film(name, 1, f"person{number}"))
    return tuple(films)


def test_no_patient_stands_in_two_parts_and_every_film_in_one():
    for fold in folds_of(archive(), seed=7):
        parts = [fold.fit, fold.validation, fold.left_out]
        patients = [{film.patient for film in part} for part in parts]
        assert sum(len(part) for part in parts) == 120
        assert not patients[0] & patients[1]
        assert not patients[0] & patients[2]
        assert not patients[1] & patients[2]
        assert all({film.label for film in part} == {0, 1} for part in parts)


def test_a_fold_by_series_leaves_out_all_of_it_and_a_fifth_of_the_other_class():
    folds = {fold.name: fold for fold in folds_of(archive(), seed=7)}

    for name in ("IM", "NORMAL2-IM"):
        fold = folds[f"series {name}"]
        assert fold.is_series
        left_out = Counter(series_of(film.name) for film in fold.left_out)
        assert left_out == {name: 30, None: 12}
        assert all(series_of(film.name) != name for film in (*fold.fit, *fold.validation))


def test_the_folds_by_patient_leave_out_every_film_once():
    folds = [fold for fold in folds_of(archive(), seed=7) if not fold.is_series]

    assert len(folds) == 5
    left_out = Counter(film.name for fold in folds for film in fold.left_out)
    assert left_out == Counter(film.name for film in archive())


def test_the_seed_alone_decides():
    assert folds_of(archive(), seed=7) == folds_of(archive(), seed=7)
    assert folds_of(archive(), seed=7) != folds_of(archive(), seed=8)


def test_an_archive_without_series_has_the_folds_by_patient_alone():
    films = tuple(film for film in archive() if series_of(film.name) != "IM")

    assert [fold.name for fold in folds_of(films, seed=7)] == [
        f"patients {number}" for number in range(1, 6)
    ]


def test_identical_files_of_two_patients_stay_together():
    films = list(archive())
    twin = film("train/NORMAL/IM-0900-0001.jpeg", 0, "im-900", sha256=films[2].sha256)

    for fold in folds_of((*films, twin), seed=7):
        for part in (fold.fit, fold.validation, fold.left_out):
            assert (twin in part) is (films[2] in part)


def test_a_short_fold_has_both_classes_and_fewer_films(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("training.crossvalidation.design.SHORT_FILMS", 20)
    monkeypatch.setattr("training.crossvalidation.design.SHORT_LEFT_OUT", 5)
    fold = folds_of(archive(), seed=7)[0]

    short = short_fold(fold, seed=0)

    assert len(short.fit) == 20
    assert Counter(film.label for film in short.left_out) == {0: 5, 1: 5}
    assert set(short.fit) <= set(fold.fit)
    assert short == short_fold(fold, seed=0)
