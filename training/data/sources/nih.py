"""NIH ChestX-ray14: one table of findings mined from reports, official lists, films by name."""

import logging
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Final

from training.data.sources.films import ENDINGS, LabelledFilm, film_sha256, invalid
from training.data.sources.table import Row, read_table
from training.errors import TrainingCode, TrainingError
from training.recipes.names import FINDINGS

__all__ = ["FINDINGS", "NO_FINDING", "read_nih_binary", "read_nih_findings"]

log = logging.getLogger(__name__)

NO_FINDING: Final = "No Finding"

"""The fourteen of Wang et al. 2017, arXiv:1705.02315, and of the paper's later versions."""

_IMAGE: Final = "Image Index"
_LABELS: Final = "Finding Labels"
_PATIENT: Final = "Patient ID"
_FACTS: Final = ("Patient Sex", "Patient Gender", "Patient Age", "View Position")
_AGE_BANDS: Final = ((18, "0-17"), (40, "18-39"), (60, "40-59"), (1000, "60 and more"))
MOST_MISSING: Final = 0.01

Classes = Callable[[frozenset[str]], tuple[int, ...] | None]
"""Findings of a film to places in the labels; None leaves the film out."""


def read_nih_binary(folder: Path, labels: tuple[str, ...]) -> tuple[LabelledFilm, ...]:
    """Find films without a finding, and films with Pneumonia among their findings.

    Films of other findings alone are left out.

    Parameters
    ----------
    folder : Path
        Holds one `Data_Entry*.csv`, the films anywhere below, and perhaps `train_val_list.txt` and
        `test_list.txt`.
    labels : tuple of str
        Two names: of no finding, and of pneumonia.

    Raises
    ------
    TrainingError
        `data_invalid` with the line of the table; `data_leak` where both lists hold a patient.
    """

    def classes(findings: frozenset[str]) -> tuple[int, ...] | None:
        if "Pneumonia" in findings:
            return (1,)
        return (0,) if findings == {NO_FINDING} else None

    films = _read(folder, classes)
    for place, name in enumerate(labels):
        if not any(film.label == place for film in films):
            raise invalid(folder, f"no film of class {name} was found")
    return films


def read_nih_findings(
    folder: Path, labels: tuple[str, ...], *, left_out: tuple[str, ...] = ()
) -> tuple[LabelledFilm, ...]:
    """Find films with any number of the findings that are the labels.

    Parameters
    ----------
    folder : Path
        As `read_nih_binary`.
    labels : tuple of str
        Among `FINDINGS`.
    left_out : tuple of str
        A film with one of these findings is left out.

    Raises
    ------
    TrainingError
        As `read_nih_binary`.
    """

    def classes(findings: frozenset[str]) -> tuple[int, ...] | None:
        if findings & set(left_out):
            return None
        return tuple(place for place, name in enumerate(labels) if name in findings)

    films = _read(folder, classes)
    for place, name in enumerate(labels):
        if not any(place in film.classes for film in films):
            raise invalid(folder, f"no film with {name} was found")
    return films


def _read(folder: Path, classes: Classes) -> tuple[LabelledFilm, ...]:
    if not folder.is_dir():
        raise invalid(folder, "there is no such folder")
    table = _table(folder)
    rows = read_table(table, (_IMAGE, _LABELS, _PATIENT), also=_FACTS)
    files = _files(folder)
    subset_of = _subsets(folder, {_stem(table, row) for row in rows})
    films: list[LabelledFilm] = []
    seen: set[str] = set()
    missing: list[str] = []
    for row in rows:
        stem = _stem(table, row)
        if stem in seen:
            raise invalid(table, f"line {row.line} gives {stem} a second time")
        seen.add(stem)
        chosen = classes(_findings(table, row))
        if chosen is None:
            continue
        path = files.get(stem)
        if path is None:
            missing.append(stem)
            continue
        films.append(
            LabelledFilm(
                path=path,
                name=path.relative_to(folder).as_posix(),
                classes=chosen,
                patient=row.values[_PATIENT],
                subset=subset_of(stem),
                sha256=film_sha256(path),
                groups=_groups(row.values),
                age_years=_years(row.values.get("Patient Age", "")),
            )
        )
    _check_missing(folder, missing, len(films))
    _check_lists(folder, films)
    return tuple(sorted(films, key=lambda film: film.name))


def _table(folder: Path) -> Path:
    tables = sorted(folder.glob("Data_Entry*.csv"))
    if len(tables) != 1:
        raise invalid(folder, f"one Data_Entry*.csv is needed in it, {len(tables)} are there")
    return tables[0]


def _stem(table: Path, row: Row) -> str:
    name, patient = row.values[_IMAGE], row.values[_PATIENT]
    if not re.fullmatch(r"[\w.-]+\.\w+", name) or name.startswith("."):
        raise invalid(table, f"line {row.line}: {_IMAGE} is no file's name")
    if not patient:
        raise invalid(table, f"line {row.line} lacks a {_PATIENT}")
    return name.rpartition(".")[0]


def _findings(table: Path, row: Row) -> frozenset[str]:
    findings = frozenset(part.strip() for part in row.values[_LABELS].split("|"))
    unknown = sorted(findings - {*FINDINGS, NO_FINDING})
    if unknown:
        shown = unknown[0][:60] or "nothing"
        raise invalid(table, f"line {row.line}: {_LABELS}: '{shown}' is none of the findings")
    if NO_FINDING in findings and len(findings) > 1:
        raise invalid(table, f"line {row.line}: {NO_FINDING} stands beside a finding")
    return findings


def _groups(values: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Name sex, age band and view, where the table has them."""
    known = (
        # Two versions of the table, two names of the column.
        ("sex", values.get("Patient Sex") or values.get("Patient Gender") or ""),
        ("age", _band(_years(values.get("Patient Age", "")))),
        ("view", values.get("View Position", "")),
    )
    return tuple((kind, value) for kind, value in known if value)


def _years(age: str) -> float | None:
    """Read an age, "58" or "058Y"; None where it is none (months count as years 0)."""
    match = re.fullmatch(r"(\d{1,3})([YMD]?)", age)
    if not match:
        return None
    years = float(match[1]) if match[2] in ("", "Y") else 0.0
    return years if years <= 120 else None  # the archive holds ages up to 414: slips of typing


def _band(years: float | None) -> str:
    """Put an age into its band; "" where there is none."""
    return "" if years is None else next(name for limit, name in _AGE_BANDS if years < limit)


def _files(folder: Path) -> dict[str, Path]:
    """Find every film below the folder by the stem of its name; endings may differ."""
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in ENDINGS and not path.name.startswith(".") and path.is_file():
            if path.stem in found:
                raise invalid(folder, f"two films are called {path.stem}")
            found[path.stem] = path
    return found


def _subsets(folder: Path, known: set[str]) -> Callable[[str], str]:
    """Read the official lists where they are.

    A film that neither names is a train film, but a test film where the list of train films is the
    only one: there the test is what it leaves out.
    """
    subsets: dict[str, str] = {}
    places = {
        "train": folder / "train_val_list.txt",
        "test": folder / "test_list.txt",
    }
    found = [subset for subset, place in places.items() if place.is_file()]
    for subset in found:
        listed = _list(places[subset])
        strangers = [stem for stem in listed if stem not in known]
        # The lists of the whole archive beside a part of its films name many that are not here.
        if listed and len(strangers) == len(listed):
            raise invalid(places[subset], f"names no film of the table, the first {strangers[0]}")
        for stem in listed:
            if subsets.setdefault(stem, subset) != subset:
                raise TrainingError(
                    TrainingCode.DATA_LEAK,
                    place=places[subset].name,
                    reason=f"{stem} stands in both lists",
                )
    others = "test" if found == ["train"] else "train"
    return lambda stem: subsets.get(stem, others)


def _list(place: Path) -> list[str]:
    """Read the stems of a list, one film a line, with or without an ending."""
    data = place.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise invalid(place, f"line {line} is not in UTF-8; save it so") from error
    return [PurePath(line).stem for line in text.split()]


def _check_missing(folder: Path, missing: list[str], n_found: int) -> None:
    if not missing:
        return
    counted = f"{len(missing)} films of the table are not here, the first {missing[0]}"
    if len(missing) > MOST_MISSING * (len(missing) + n_found):
        raise invalid(folder, counted)
    log.warning("%s", counted)


def _check_lists(folder: Path, films: list[LabelledFilm]) -> None:
    subsets = defaultdict(set)
    for film in films:
        subsets[film.patient].add(film.subset == "test")
    shared = sorted(patient for patient, sides in subsets.items() if len(sides) == 2)
    if shared:
        reason = f"{len(shared)} patients stand in test_list.txt and outside it"
        raise TrainingError(TrainingCode.DATA_LEAK, place=folder.name, reason=reason)
