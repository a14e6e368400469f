"""Answers of any other system, from a CSV file of film and probability."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from cxr_app.codes import Code
from training.errors import TrainingCode, TrainingError
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
    table = _read(system)
    columns = {probability_column(owner, label): label.lower() for label in owner.labels}
    if "film" not in table or not set(columns) & set(table):
        wanted = " or ".join(f"'{name}'" for name in columns)
        raise _invalid(f"{system.path.name}, line 1", f"it needs the columns 'film' and {wanted}")
    films, known = table["film"].str.strip().str.lower(), ours.films.tolist()
    _refuse(system, films, ~films.isin(known), "is not one of the films that were measured")
    _refuse(system, films, films.duplicated(), "is there a second time")
    values = {}
    for name in set(columns) & set(table):
        numbers = pd.to_numeric(table[name], errors="coerce")
        _refuse(system, table[name], ~numbers.between(0, 1), "is not a probability, 0 to 1")
        values[name] = numbers.set_axis(films)
    missing = sorted(set(known) - set(films))
    if missing:
        reason = f"{len(missing)} of the {len(known)} films are missing, {missing[0]} among them"
        raise _invalid(system.path.name, reason)
    calls = {
        columns[name]: replace(
            ours.calls[columns[name]],
            probability=numbers.loc[known].to_numpy(np.float64),
            threshold=system.threshold,
        )
        for name, numbers in values.items()
    }
    return StoredAnswers(films=ours.films, calls=calls)


def _read(system: OtherSystem) -> pd.DataFrame:
    """Read the table as text, without empty lines; the index of a row is its line less two."""
    try:
        table = pd.read_csv(
            system.path,
            dtype=str,
            encoding="utf-8-sig",
            index_col=False,
            keep_default_na=False,
            skip_blank_lines=False,
        )
    except (OSError, ValueError) as error:
        reason = "it cannot be read as a CSV file in UTF-8"
        raise _invalid(system.path.name, reason) from error
    return table[(table != "").any(axis=1)]


def _refuse(system: OtherSystem, cells: pd.Series, is_bad: pd.Series, reason: str) -> None:
    for row in cells.index[is_bad][:1]:
        raise _invalid(f"{system.path.name}, line {row + 2}", f"'{cells[row]}' {reason}")


def _invalid(place: str, reason: str) -> TrainingError:
    return TrainingError(TrainingCode.DATA_INVALID, place=place, reason=reason)
