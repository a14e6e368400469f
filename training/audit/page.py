"""The report as one HTML file: nothing is loaded from elsewhere, so that it can be mailed."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from numpy.typing import NDArray

from cxr_app.names import printable
from training.audit.charts import CHARTED, Chart, draw_distribution, draw_frequencies
from training.audit.counts import ALL_FILMS, NO_LABEL, Count
from training.audit.data_audit import HASH_CAVEAT, Audit
from training.audit.image_statistics import FilmFacts, MeasuredFilm
from training.audit.shortcuts import COMBINED, WARN_ABOVE

__all__ = ["NOTICE", "Contents", "page"]

NOTICE: Final = "Research and education only, not a medical device, not for diagnosis."

MOST_LISTED: Final = 100  # films of a list; the rest are in audit.json


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the report tells.

    Attributes
    ----------
    read : dict of str to str
        What was read: a name and its value each.
    command : str
    labels : tuple of str
    counts : tuple of Count
    open_films : tuple of MeasuredFilm
        Those that were read and are no test film.
    samples : tuple of MeasuredFilm
        Films to be shown.
    audit : Audit
    no_split : str
        Why there is no split; "" where there is one.
    label_files : dict of str to int
        Name of a label file to its lines.
    """

    read: dict[str, str]
    command: str
    labels: tuple[str, ...]
    counts: tuple[Count, ...]
    open_films: tuple[MeasuredFilm, ...]
    samples: tuple[MeasuredFilm, ...]
    audit: Audit
    no_split: str
    label_files: dict[str, int]


def page(contents: Contents) -> str:
    """Write the whole page, by `page.html.j2`."""
    charts, constant = _distributions(contents)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            contents=contents,
            audit=contents.audit,
            tables=[
                ("Films by folder of the archive", _count_table(contents, "folder")),
                (
                    "Films by their use in the recipe, split by patient",
                    _count_table(contents, "part"),
                ),
            ],
            frequencies=_frequencies(contents),
            has_unlabelled=any(one.label == NO_LABEL for one in contents.counts),
            samples=[(one, _labels_of(one, contents.labels)) for one in contents.samples],
            distributions=charts,
            constant=constant,
            most=MOST_LISTED,
            combined=COMBINED,
            warn_above=WARN_ABOVE,
            hash_caveat=HASH_CAVEAT,
            notice=NOTICE,
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"fmt": format, "uri": _uri}
    return environment


def _shown(value: Any) -> Any:
    """Write out what cannot be shown or turns the reading direction, before it is escaped."""
    # Only plain text comes from outside: what is markup already was written by the template.
    return printable(value) if type(value) is str else value


def _uri(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _count_table(
    contents: Contents, kind: str
) -> tuple[list[str], list[tuple[str, list[Count | None]]]]:
    """Lay counts out: the places, and for each label its count in each of them."""
    found = {(one.place, one.label): one for one in contents.counts if one.kind == kind}
    places = list(dict.fromkeys(place for place, _ in found))
    rows = [
        (label, [found.get((place, label)) for place in places])
        for label in (*contents.labels, NO_LABEL, ALL_FILMS)
    ]
    return places, [(label, cells) for label, cells in rows if any(cells)]


def _frequencies(contents: Contents) -> list[Chart]:
    folders: dict[str, list[Count]] = {}
    for one in contents.counts:
        if one.kind == "folder" and one.label != ALL_FILMS:
            folders.setdefault(one.place, []).append(one)
    return [draw_frequencies(folder, counts) for folder, counts in folders.items()]


def _distributions(contents: Contents) -> tuple[list[Chart], list[str]]:
    """Draw each number's distribution; a number that is equal in all films is a sentence."""
    charts, constant = [], []
    for title, number in CHARTED.items() if contents.open_films else ():
        groups = _groups(contents, number)
        every = np.concatenate(list(groups.values()))
        if every.min() == every.max():
            constant.append(f"{title}: {every[0]:.4g} in every film")
        else:
            charts.append(draw_distribution(title, groups))
    return charts, constant


def _groups(
    contents: Contents, number: Callable[[FilmFacts], float]
) -> dict[str, NDArray[np.float64]]:
    """Collect a number by label; a film with several labels counts in each."""
    groups: dict[str, list[float]] = {label: [] for label in (*contents.labels, NO_LABEL)}
    for one in contents.open_films:
        if one.facts:
            names = [contents.labels[place] for place in one.film.classes] or [NO_LABEL]
            for name in names:
                groups[name].append(number(one.facts))
    return {name: np.array(values, np.float64) for name, values in groups.items() if values}


def _labels_of(film: MeasuredFilm, labels: tuple[str, ...]) -> str:
    return " | ".join(labels[place] for place in film.film.classes) or NO_LABEL
