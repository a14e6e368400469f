"""Stored answers: of every film of an evaluation what it is, and what the model said.

The file's first line is the identity of the model that answered, its second the columns' names.
"""

import csv
import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["MAX_ANSWERS_BYTES", "Answers", "ForeignError", "parse_answers"]

MAX_ANSWERS_BYTES: Final = 16 * 2**20  # some 200,000 films
COLUMNS: Final = ["film_sha256", "patient", "label", "probability"]
LONGEST: Final = 64  # characters of a cell: a hash is the longest


class ForeignError(ValueError):
    """A file that names another model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Answers of a model of two classes; the arrays are read-only.

    Attributes
    ----------
    sha256 : str
        Of the model that answered.
    labels : ndarray, int64 [N]
        1 for the class that is looked for, 0 for the other; both occur.
    probability : ndarray, float64 [N]
        Calibrated, of that class, 0..1.
    patients : ndarray, int64 [N]
        Numbers 0..P-1 in the order in which patients first occur; each stands for one.
    """

    sha256: str
    labels: NDArray[np.int64]
    probability: NDArray[np.float64]
    patients: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for array in (self.labels, self.probability, self.patients):
            array.setflags(write=False)

    @property
    def n_patients(self) -> int:
        """Count the patients."""
        return int(self.patients.max()) + 1


def parse_answers(data: bytes, known: Collection[str]) -> Answers:
    """Read a file of answers.

    Parameters
    ----------
    data : bytes
    known : collection of str
        Identities of models whose answers count.

    Raises
    ------
    ForeignError
        Where the first line names none of them.
    ValueError
        Where the file is damaged: one sentence.
    """
    if len(data) > MAX_ANSWERS_BYTES:
        raise ValueError(f"is larger than {MAX_ANSWERS_BYTES // 2**20} MiB")
    first, *lines = data.decode("utf-8").splitlines() or [""]
    if first not in known:
        raise ForeignError("names another model")
    try:
        rows = list(csv.reader(lines, strict=True))
    except csv.Error as error:
        raise ValueError("holds a line that is no row") from error
    if not rows or rows[0] != COLUMNS:
        raise ValueError(f"must have the columns {', '.join(COLUMNS)}")
    return _answers(first, rows[1:])


def _answers(sha256: str, rows: list[list[str]]) -> Answers:
    numbers: dict[str, int] = {}
    labels, probability, patients = [], [], []
    for place, row in enumerate(rows):
        if len(row) != len(COLUMNS) or max(map(len, row)) > LONGEST or not row[1]:
            raise ValueError(f"row {place + 1} is not a film's")
        labels.append(_label(row[2], place))
        probability.append(_probability(row[3], place))
        patients.append(numbers.setdefault(row[1], len(numbers)))
    if set(labels) != {0, 1}:
        raise ValueError("must hold films of both classes")
    return Answers(
        sha256=sha256,
        labels=np.array(labels, np.int64),
        probability=np.array(probability, np.float64),
        patients=np.array(patients, np.int64),
    )


def _label(text: str, place: int) -> int:
    if text not in ("0", "1"):
        raise ValueError(f"row {place + 1}: the label must be 0 or 1")
    return int(text)


def _probability(text: str, place: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:  # NaN is in no range
        raise ValueError(f"row {place + 1}: the probability must be a number from 0 to 1")
    return value
