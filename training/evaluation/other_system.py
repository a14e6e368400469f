"""Answers of any other system, from a CSV file of film and probability."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from training.evaluation.answer_file import Owner, StoredAnswers, probability_column

__all__ = ["OtherSystem", "answers_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSystem:
    """A file of answers.

    Attributes
    ----------
    path : Path
        Its name without `.csv` names the system.
    threshold : float
        The system says a label from this probability on, 0..1.
    """

    path: Path
    threshold: float

    def __post_init__(self) -> None:
        """Refuse a threshold that is no probability."""
        if not 0 <= self.threshold <= 1:
            raise TrainingError(Code.USAGE, reason="--threshold must be a probability, 0 to 1")

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return self.path.stem

    @property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def answers_of(system: OtherSystem, owner: Owner, ours: StoredAnswers) -> StoredAnswers:
    """Read a system's answers to the films that a model answered.

    The columns are `film`, a SHA-256 as the model's stored answers have it, and `probability`; of
    several findings `probability FINDING`, for those that the system knows.

    Parameters
    ----------
    system : OtherSystem
    owner : Owner
        The model.
    ours : StoredAnswers
        Its answers, whose films, labels and patients are taken over.

    Raises
    ------
    TrainingError
        `data_invalid`, with the line, for a film that is unknown or there twice and for what is
        no probability; without one where films are missing or the file cannot be read.
    """
    columns = {label.lower(): probability_column(owner, label) for label in owner.labels}
    found: dict[str, dict[str, float]] = {}
    known = set(ours.films.tolist())
    for line, row in _rows(system, set(columns.values())):
        film = (row["film"] or "").strip().lower()
        if film not in known:
            raise _invalid(system, f"'{film}' is not one of the films that were measured", line)
        if film in found:
            raise _invalid(system, f"the film {film} is there a second time", line)
        found[film] = {
            label: _probability(system, row[column], line)
            for label, column in columns.items()
            if column in row
        }
    missing = sorted(known - set(found))
    if missing:
        reason = f"{len(missing)} of the {len(known)} films are missing, {missing[0]} among them"
        raise _invalid(system, reason)
    calls = {
        label: replace(
            ours.calls[label],
            probability=np.array([found[film][label] for film in ours.films.tolist()], np.float64),
            threshold=system.threshold,
        )
        for label in next(iter(found.values()))
    }
    return StoredAnswers(films=ours.films, calls=calls)


def _rows(system: OtherSystem, columns: set[str]) -> Iterator[tuple[int, dict[str, str | None]]]:
    try:
        with system.path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            names = set(reader.fieldnames or ())
            if "film" not in names or not names & columns:
                wanted = " or ".join(f"'{name}'" for name in sorted(columns))
                raise _invalid(system, f"it needs the columns 'film' and {wanted}", 1)
            for row in reader:
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _invalid(system, "it cannot be read as a CSV file in UTF-8") from error


def _probability(system: OtherSystem, text: str | None, line: int) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = float("nan")
    if not 0 <= value <= 1:
        raise _invalid(system, f"'{text or ''}' is not a probability, 0 to 1", line)
    return value


def _invalid(system: OtherSystem, reason: str, line: int | None = None) -> TrainingError:
    where = "" if line is None else f", line {line}"
    return TrainingError(Code.DATA_INVALID, place=f"{system.path.name}{where}", reason=reason)
