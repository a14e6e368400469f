"""How many films and patients of each class there are, by folder and by part of the split."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cxr_app.export.csv import row
from training.audit.patient_leakage import FOLDERS
from training.data.sources import LabelledFilm
from training.data.splits import Split

__all__ = [
    "ALL_FILMS",
    "LEFT_OUT",
    "NOT_SPLIT",
    "NO_LABEL",
    "PARTS",
    "Count",
    "count",
    "counts_csv",
    "parts_of",
]

PARTS: Final = ("fit", "validation", "calibration")
LEFT_OUT: Final = "left out"
NOT_SPLIT: Final = "not split"
NO_LABEL: Final = "none of these"
ALL_FILMS: Final = "all films"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Films of one label in one place.

    Attributes
    ----------
    kind : str
        "folder" of the archive, or "part" of the split.
    place : str
        Name of the folder or part.
    label : str
        A label, "none of these" or "all films".
    films, patients : int
    share : float
        Of the films of the place, 0..1. Labels that do not exclude each other sum to more than 1.
    """

    kind: str
    place: str
    label: str
    films: int
    patients: int
    share: float


def parts_of(films: tuple[LabelledFilm, ...], split: Split | None) -> dict[str, str]:
    """Say what each film is used for, by its name.

    Films that are in no part are "test", else "left out": copies of test films, and those that the
    recipe thins out. Without a split they are "not split".
    """
    parts = {} if split is None else {f.name: part for part in PARTS for f in getattr(split, part)}
    rest = NOT_SPLIT if split is None else LEFT_OUT
    return {
        film.name: "test" if film.subset == "test" else parts.get(film.name, rest) for film in films
    }


def count(
    films: tuple[LabelledFilm, ...], parts: Mapping[str, str], labels: tuple[str, ...]
) -> tuple[Count, ...]:
    """Count by folder, then by part; places without a film have no row.

    Parameters
    ----------
    films : tuple of LabelledFilm
    parts : mapping of str to str
        From `parts_of`.
    labels : tuple of str
    """
    found: list[Count] = []
    for folder in FOLDERS:
        mine = [film for film in films if film.subset == folder]
        found += _counts("folder", folder, mine, labels)
    for part in (*PARTS, LEFT_OUT):
        mine = [film for film in films if parts[film.name] == part]
        found += _counts("part", part, mine, labels)
    return tuple(found)


def counts_csv(counts: tuple[Count, ...]) -> str:
    """Write the counts as CSV after RFC 4180, safe to open in a spreadsheet."""
    lines: list[list[Any]] = [["kind", "place", "label", "films", "patients", "share"]]
    lines += [
        [one.kind, one.place, one.label, one.films, one.patients, round(one.share, 4)]
        for one in counts
    ]
    return "".join(row(cells) for cells in lines)


def _counts(
    kind: str, place: str, films: list[LabelledFilm], labels: tuple[str, ...]
) -> list[Count]:
    if not films:
        return []
    groups = {
        label: [film for film in films if number in film.classes]
        for number, label in enumerate(labels)
    }
    nothing = [film for film in films if not film.classes]
    if nothing:
        groups[NO_LABEL] = nothing
    groups[ALL_FILMS] = films
    return [
        Count(
            kind=kind,
            place=place,
            label=label,
            films=len(group),
            patients=len({film.patient for film in group}),
            share=len(group) / len(films),
        )
        for label, group in groups.items()
    ]
