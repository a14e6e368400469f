"""The report as one HTML file: nothing is loaded from elsewhere, so that it can be mailed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.audit.charts import CHARTED, draw_distribution, draw_frequencies
from training.audit.checks import Audit
from training.audit.checks_section import audit_sections
from training.audit.counts import ALL_FILMS, NO_LABEL, Count
from training.audit.image_statistics import FilmFacts, MeasuredFilm
from training.audit.markup import chart, film, paragraph, section, shown, table

__all__ = ["NOTICE", "Contents", "page"]

NOTICE: Final = "Research and education only, not a medical device, not for diagnosis."

_STYLE: Final = Path(__file__).with_name("page.css")
# No script can run in it and nothing can be fetched, whatever a file's name holds.
_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


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
    """Write the whole page."""
    title = f"Explored: {contents.read['Folder']}"
    body = "\n".join(
        [
            f"<h1>{shown(title)}</h1>",
            paragraph("What is in a data set of chest films, and what could spoil its use."),
            paragraph(NOTICE, kind="notice"),
            _in_short(contents.audit),
            _read(contents),
            _counts(contents),
            _samples(contents),
            _distributions(contents),
            *audit_sections(contents.audit),
            _files(contents),
        ]
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{shown(title)}</title>\n<style>\n{_STYLE.read_text('utf-8')}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _in_short(audit: Audit) -> str:
    if not audit.warnings:
        return section("In short", paragraph("Nothing was found that calls for a warning."))
    items = "\n".join(
        f"<li><strong>Warning:</strong> {shown(warning)}.</li>" for warning in audit.warnings
    )
    return section("In short", f'<ul class="warnings">{items}</ul>')


def _read(contents: Contents) -> str:
    rows = "".join(
        f"<dt>{shown(name)}</dt><dd>{shown(value)}</dd>" for name, value in contents.read.items()
    )
    command = f"<dt>Command</dt><dd><code>{shown(contents.command)}</code></dd>"
    return section("What was read", f"<dl>{rows}{command}</dl>")


def _counts(contents: Contents) -> str:
    folders = dict.fromkeys(one.place for one in contents.counts if one.kind == "folder")
    charts = [
        draw_frequencies(
            folder,
            [
                one
                for one in contents.counts
                if (one.kind, one.place) == ("folder", folder) and one.label != ALL_FILMS
            ],
        )
        for folder in folders
    ]
    several = any(one.label == NO_LABEL for one in contents.counts)
    return section(
        "Classes",
        _count_table(contents, "folder", "Films by the archive's folder"),
        f'<div class="charts">{"".join(chart(one) for one in charts)}</div>',
        _count_table(contents, "part", "Films by what the recipe uses them for, split by patient"),
        paragraph(f"The films cannot be split: {contents.no_split}") if contents.no_split else "",
        paragraph(
            "A film may have several labels: their shares need not sum to 100 %.", kind="soft"
        )
        if several
        else "",
    )


def _count_table(contents: Contents, kind: str, title: str) -> str:
    """Lay counts out with a row for each label, and two columns for each place."""
    found = {(one.place, one.label): one for one in contents.counts if one.kind == kind}
    places = list(dict.fromkeys(place for place, _ in found))
    rows = []
    for label in (*contents.labels, NO_LABEL, ALL_FILMS):
        mine = [found.get((place, label)) for place in places]
        if any(mine):
            cells = (_count_cells(one) for one in mine)
            rows.append((label, *(cell for pair in cells for cell in pair)))
    head = ("label", *(cell for place in places for cell in (place, "patients")))
    return table(head, rows, title=title) if rows else ""


def _count_cells(one: Count | None) -> tuple[str, str]:
    return (f"{one.films:,} ({one.share:.1%})", f"{one.patients:,}") if one else ("0", "0")


def _samples(contents: Contents) -> str:
    if not contents.samples:
        return ""
    films = "\n".join(
        film(
            one.picture,
            label=" | ".join(contents.labels[place] for place in one.film.classes) or NO_LABEL,
            name=one.film.name,
        )
        for one in contents.samples
        if one.picture
    )
    return section(
        "Films",
        paragraph("Drawn at random, of different patients; no test film is shown.", kind="soft"),
        f'<div class="films">{films}</div>',
    )


def _distributions(contents: Contents) -> str:
    if not contents.open_films:
        return ""
    charts, same = [], []
    for title, number in CHARTED.items():
        groups = _groups(contents, number)
        every = np.concatenate(list(groups.values()))
        if every.min() == every.max():
            same.append(f"{title}: {every[0]:.4g} in every film")
        else:
            charts.append(draw_distribution(title, groups))
    return section(
        "Size and brightness",
        paragraph(
            "Of the films of train and val; test films are counted and compared, and nothing is "
            "measured of them here. A number that differs between the classes can be learned in "
            "place of the disease. Where boxes are drawn, they hold half of the films, their lines "
            "90 %, and the thick line is the median."
        ),
        f'<div class="charts">{"".join(chart(one) for one in charts)}</div>' if charts else "",
        paragraph("; ".join(same) + ".") if same else "",
    )


def _groups(
    contents: Contents, number: Callable[[FilmFacts], float]
) -> dict[str, NDArray[np.float64]]:
    """Collect a number by label; a film with several labels stands in each."""
    groups: dict[str, list[float]] = {label: [] for label in (*contents.labels, NO_LABEL)}
    for one in contents.open_films:
        if one.facts:
            names = [contents.labels[place] for place in one.film.classes] or [NO_LABEL]
            for name in names:
                groups[name].append(number(one.facts))
    return {name: np.array(values, np.float64) for name, values in groups.items() if values}


def _files(contents: Contents) -> str:
    rows = [(name, f"{lines:,}") for name, lines in contents.label_files.items()]
    return section(
        "Files beside this one",
        paragraph(
            "One line for each film: its path below the data folder, a tab, its label; several "
            'labels stand with "|" between them, and none leaves the place empty. In a path, what '
            "would break a line is written with a backslash. train.txt holds the fit films alone."
        ),
        table(("file", "films"), rows, title="Label files"),
        paragraph("counts.csv holds the first tables, audit.json all that the audit found."),
    )
