"""Class folders on disk, with or without train, val and test above them."""

import logging
from functools import cache
from pathlib import Path
from typing import Final

from training.data.sources.film_names import kind_of, patient_of
from training.data.sources.films import ENDINGS, LabelledFilm, film_sha256, invalid
from training.data.sources.table import read_table
from training.errors import TrainingCode, TrainingError

__all__ = ["read_class_folders"]

log = logging.getLogger(__name__)

OFFICIAL_TEST: Final = Path(__file__).with_name("official_test.txt")

MOST_MISSING: Final = 0.01
_SUBSETS: Final[tuple[str, ...]] = ("train", "val", "test")


def read_class_folders(folder: Path, labels: tuple[str, ...]) -> tuple[LabelledFilm, ...]:
    """Find the films of a data set.

    Two layouts are read: ``DIR/LABEL/film`` and ``DIR/{train,val,test}/LABEL/film``, in any case
    of letters. The patient is what `patients.csv` in DIR says (columns ``file,patient``; file is
    the path below DIR or the bare name), else what the name says, else the film itself.

    Parameters
    ----------
    folder : Path
        The data folder.
    labels : tuple of str
        Class names, as the folders bear them.

    Returns
    -------
    tuple of LabelledFilm
        Sorted by name.

    Raises
    ------
    TrainingError
        `data_invalid`, saying what was looked for.
    """
    if not folder.is_dir():
        raise invalid(folder, "there is no such folder")
    named = _named_patients(folder)
    found: list[LabelledFilm] = []
    places = {name.lower(): label for label, name in enumerate(labels)}
    for subset, place in _subset_folders(folder):
        for entry in sorted(place.iterdir()):
            if not entry.is_dir() or entry.name.startswith("."):
                continue
            label = places.get(entry.name.lower())
            if label is None:
                log.warning("passed over: the folder %s is no class of the recipe", entry.name)
            else:
                found += _films(entry, folder, named, label=label, subset=subset)
    missing = [name for i, name in enumerate(labels) if not any(f.label == i for f in found)]
    if missing:
        raise invalid(
            folder,
            f"no film of class {' or '.join(missing)} was found; "
            f"films belong in DIR/{labels[0]} and DIR/{labels[1]}, "
            f"or in DIR/train/{labels[0]} and so on",
        )
    _check_strangers(folder, named, found)
    _check_leak(named, found)
    return tuple(sorted(found, key=lambda film: film.name))


def _check_strangers(folder: Path, named: dict[str, str], found: list[LabelledFilm]) -> None:
    names = {name for film in found for name in (film.name, film.path.name)}
    strangers = [name for name in named if name not in names]
    if strangers:
        reason = f"{len(strangers)} rows name no film that is here, the first {strangers[0]}"
        if len(strangers) > MOST_MISSING * len(named):
            raise invalid(folder / "patients.csv", reason)
        log.warning("patients.csv: %s", reason)


def _check_leak(named: dict[str, str], found: list[LabelledFilm]) -> None:
    """Refuse a patient whom the table puts on both sides; what a name says is only a guess."""
    sides: dict[str, set[bool]] = {}
    for film in found:
        if film.name in named or film.path.name in named:
            sides.setdefault(film.patient, set()).add(film.subset == "test")
    shared = [patient for patient, both in sides.items() if len(both) == 2]
    if shared:
        films = sum(film.patient in shared for film in found)
        reason = f"{len(shared)} patients with {films} films stand in test and outside it"
        raise TrainingError(TrainingCode.DATA_LEAK, place="patients.csv", reason=reason)


def _subset_folders(folder: Path) -> list[tuple[str, Path]]:
    by_name = {entry.name.lower(): entry for entry in folder.iterdir() if entry.is_dir()}
    subsets = [
        (name, by_name[name])
        for name in _SUBSETS
        if name in by_name and any(entry.is_dir() for entry in by_name[name].iterdir())
    ]
    return subsets or [("train", folder)]


def _films(
    class_folder: Path, folder: Path, named: dict[str, str], *, label: int, subset: str
) -> list[LabelledFilm]:
    films = []
    known = _official_test()
    for path in sorted(class_folder.iterdir()):
        if path.name.startswith(".") or path.suffix.lower() not in ENDINGS or not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        sha256 = film_sha256(path)
        kind = kind_of(path.stem) if label else None
        patient = named.get(name) or named.get(path.name) or patient_of(path.stem)
        films.append(
            LabelledFilm(
                path=path,
                name=name,
                classes=(label,),
                patient=patient or f"film {name}",
                is_own_patient=patient is None,
                subset="test" if sha256[:16] in known else subset,
                sha256=sha256,
                groups=(("kind", kind),) if kind else (),
            )
        )
    return films


@cache
def _official_test() -> frozenset[str]:
    """Know the official test films by what they hold, wherever they lie."""
    lines = OFFICIAL_TEST.read_text("ascii").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _named_patients(folder: Path) -> dict[str, str]:
    table = folder / "patients.csv"
    if not table.is_file():
        return {}
    named: dict[str, str] = {}
    for row in read_table(table, ("file", "patient")):
        file, patient = row.values["file"].replace("\\", "/"), row.values["patient"]
        if not file or not patient:
            raise invalid(table, f"line {row.line} lacks a file or a patient")
        if named.setdefault(file, patient) != patient:
            raise invalid(table, f"line {row.line} gives {file} a second patient")
    return named
