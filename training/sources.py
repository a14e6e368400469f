"""Labelled films on disk: class folders, with or without train, val and test above them."""

import csv
import hashlib
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from training.patients import patient_of

__all__ = ["LabelledFilm", "data_sha256", "read_class_folders"]

OFFICIAL_TEST: Final = Path(__file__).with_name("official_test.txt")

_SUBSETS: Final[tuple[str, ...]] = ("train", "val", "test")
_ENDINGS: Final = frozenset({".jpeg", ".jpg", ".png", ".tif", ".tiff", ".bmp", ".webp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledFilm:
    """A film of a data set.

    Attributes
    ----------
    path : Path
        Where it lies.
    name : str
        Its path below the data folder, with forward slashes.
    label : int
        Place of its class in the recipe's labels.
    patient : str
        Equal for films of one patient.
    is_own_patient : bool
        Nobody says whose it is, so it counts as a patient of its own.
    subset : str
        "train", "val" or "test" as the archive has it; "train" where it has none, but "test" for
        every film that is one of the official test's by its bytes.
    sha256 : str
        Of its bytes, in hexadecimal.
    """

    path: Path
    name: str
    label: int
    patient: str
    is_own_patient: bool = False
    subset: str
    sha256: str


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
        raise _invalid(folder, "there is no such folder")
    named = _named_patients(folder)
    found: list[LabelledFilm] = []
    for subset, place in _subset_folders(folder):
        for label, label_name in enumerate(labels):
            for class_folder in sorted(place.iterdir()):
                if class_folder.is_dir() and class_folder.name.lower() == label_name.lower():
                    found += _films(class_folder, folder, named, label=label, subset=subset)
    missing = [name for i, name in enumerate(labels) if not any(f.label == i for f in found)]
    if missing:
        raise _invalid(
            folder,
            f"no film of class {' or '.join(missing)} was found; "
            f"films belong in DIR/{labels[0]} and DIR/{labels[1]}, "
            f"or in DIR/train/{labels[0]} and so on",
        )
    names = {name for film in found for name in (film.name, film.path.name)}
    strangers = [name for name in named if name not in names]
    if strangers:
        reason = f"{len(strangers)} rows name no film that is here, the first {strangers[0]}"
        raise _invalid(folder / "patients.csv", reason)
    return tuple(sorted(found, key=lambda film: film.name))


def data_sha256(films: tuple[LabelledFilm, ...]) -> str:
    """Hash the sorted file hashes: the identity of a data set, whatever its files are called."""
    text = "\n".join(sorted(film.sha256 for film in films))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


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
        if path.name.startswith(".") or path.suffix.lower() not in _ENDINGS or not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        patient = named.get(name) or named.get(path.name) or patient_of(path.stem)
        films.append(
            LabelledFilm(
                path=path,
                name=name,
                label=label,
                patient=patient or f"film {name}",
                is_own_patient=patient is None,
                subset="test" if sha256[:16] in known else subset,
                sha256=sha256,
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
    try:
        text = table.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid(table, "is not in UTF-8; save it so") from error
    with io.StringIO(text, newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        try:
            return _read_rows(table, reader)
        except csv.Error as error:
            raise _invalid(table, f"line {reader.line_num} cannot be read: {error}") from error


def _read_rows(table: Path, reader: "csv.DictReader[str]") -> dict[str, str]:
    if not {"file", "patient"} <= set(reader.fieldnames or ()):
        raise _invalid(table, "line 1 must name the columns file and patient")
    rows: dict[str, str] = {}
    for row in reader:
        file = (row["file"] or "").strip().replace("\\", "/")
        patient = (row["patient"] or "").strip()
        if not file or not patient:
            raise _invalid(table, f"line {reader.line_num} lacks a file or a patient")
        if rows.setdefault(file, patient) != patient:
            raise _invalid(table, f"line {reader.line_num} gives {file} a second patient")
    return rows


def _invalid(place: Path, reason: str) -> TrainingError:
    return TrainingError(Code.DATA_INVALID, place=place.name or str(place), reason=reason)
