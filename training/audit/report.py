"""One run of `explore`: from a data folder to a report on what is in it."""

import json
import logging
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.audit.counts import count, counts_csv, parts_of
from training.audit.data_audit import audit_films
from training.audit.example_films import choose_samples
from training.audit.image_statistics import measure, open_films
from training.audit.label_files import label_files
from training.audit.page import NOTICE, Contents, page

# By the module, whose functions are asked when they are needed: it may come to ask for shortcuts.
from training.data.archive import read_films, split_films
from training.data.sources import LabelledFilm
from training.data.splits import Split
from training.errors import TrainingCode, TrainingError
from training.output_paths import check_output, put
from training.recipes.recipe import Recipe

__all__ = ["AuditRequest", "explore"]

MADE_BY: Final = "python -m training explore"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """What is asked for.

    Attributes
    ----------
    data : Path
        Folder of films.
    recipe : Recipe
        Says how to read and to split it.
    output : Path
        Folder of the report.
    is_replacing : bool
        Whether an earlier report there is written over.
    command : str
        As it was typed, for the report.
    """

    data: Path
    recipe: Recipe
    output: Path
    is_replacing: bool = False
    command: str


def explore(request: AuditRequest) -> Path:
    """Count, measure and audit the films of a data set, and write a report.

    Test films are counted, hashed and looked up among the others; no figure and no picture is made
    of them. A data set that cannot be split is reported all the same, without the label files that
    need a split.

    Returns
    -------
    Path
        Of `index.html`; beside it lie the label files, `counts.csv` and `audit.json`.

    Raises
    ------
    TrainingError
        `usage` where the output may not lie there, as `check_output` has it;
        `data_invalid` or `data_leak` where the data cannot be read as the recipe says. Nothing is
        written then.
    """
    check_output(
        request.output,
        inputs=(request.data,),
        shows_films=True,
        marker="audit.json",
        is_replacing=request.is_replacing,
    )
    films = read_films(request.data, request.recipe.data)
    split, no_split = _split(request, films)
    request.output.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{request.output.name}.", dir=request.output.parent))
    try:
        folder.chmod(0o755)
        for name, text in _texts(request, films, split, no_split).items():
            # As it stands: on no system may a line feed come out as something else.
            (folder / name).write_bytes(text.encode("utf-8"))
        put(folder, request.output)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return request.output / "index.html"


def _split(request: AuditRequest, films: tuple[LabelledFilm, ...]) -> tuple[Split | None, str]:
    """Split as a training would; else say why that cannot be."""
    try:
        return split_films(films, request.recipe), ""
    except TrainingError as error:
        if error.code is not TrainingCode.DATA_INVALID:
            raise
        log.warning("%s", error)
        return None, str(error)


def _texts(
    request: AuditRequest, films: tuple[LabelledFilm, ...], split: Split | None, no_split: str
) -> dict[str, str]:
    """Make the files of the report, by name."""
    recipe = request.recipe
    labels = recipe.data.labels
    parts = parts_of(films, split)
    chosen = choose_samples(films, len(labels), seed=recipe.seed)
    samples = {film.name: n for n, film in enumerate(chosen)}
    measured = measure(films, pictured=frozenset(samples))
    log.info("comparing %d films", len(films))
    audit = audit_films(measured, parts, labels=labels, task=recipe.data.task)
    for warning in audit.warnings:
        log.warning("%s", warning)
    counts = count(films, parts, labels)
    lists = label_files(films, split, labels)
    contents = Contents(
        read=_read(request, films),
        command=request.command,
        labels=labels,
        counts=counts,
        open_films=open_films(measured),
        samples=tuple(
            sorted((m for m in measured if m.picture), key=lambda m: samples[m.film.name])
        ),
        audit=audit,
        no_split=no_split,
        label_files={name: text.count("\n") for name, text in lists.items()},
    )
    table = {
        "made_by": MADE_BY,
        "notice": NOTICE,
        "command": request.command,
        "read": contents.read,
        **audit.to_json(),
    }
    return {
        **lists,
        "counts.csv": counts_csv(counts),
        "audit.json": json.dumps(table, indent=2, allow_nan=False) + "\n",
        "index.html": page(contents),
    }


def _read(request: AuditRequest, films: tuple[LabelledFilm, ...]) -> dict[str, str]:
    """Say what was read, the folder by its last name alone."""
    data = request.recipe.data
    return {
        "Folder": request.data.resolve().name,
        "Data set": data.name,
        "Read as": data.source,
        "Labels": ", ".join(data.labels),
        "Recipe": request.recipe.name,
        "Films": f"{len(films):,}",
        "Patients": f"{len({film.patient for film in films}):,}",
    }
