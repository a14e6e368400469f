"""Answers that an evaluation stores, so that models are compared without opening a film again."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxr_app.bundle import Bundle
from training.errors import TrainingCode, TrainingError
from training.evaluation.answers import Answers, looked_for
from training.metrics.figures import Called

__all__ = [
    "Owner",
    "StoredAnswers",
    "owner_of",
    "probability_column",
    "read_answers",
    "store_answers",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose answers they are.

    Attributes
    ----------
    folder : Path
        They lie in its `report/`.
    name, sha256 : str
        The model's name and identity.
    labels : tuple of str
        That are looked for: one, or every finding.
    threshold : float
        A label is said from this probability on.
    """

    folder: Path
    name: str
    sha256: str
    labels: tuple[str, ...]
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswers:
    """Answers in the order of the films' hashes.

    Attributes
    ----------
    films : ndarray of str [N]
        SHA-256 of each.
    calls : dict of str to Called
        By label, in small letters.
    """

    films: NDArray[np.str_]
    calls: dict[str, Called]


def owner_of(bundle: Bundle) -> Owner:
    """Name a bundle as the owner of the answers that are kept in its report."""
    return Owner(
        folder=bundle.folder,
        name=bundle.spec.name,
        sha256=bundle.sha256,
        labels=looked_for(bundle.spec),
        threshold=bundle.spec.decision.threshold,
    )


def store_answers(owner: Owner, part: str, answers: Answers) -> None:
    """Write every film's answer: its hash, its patient as a number, what it is, what was said.

    The first line is the model's identity.
    """
    numbers = {patient: place for place, patient in enumerate(dict.fromkeys(answers.patients))}
    place = _place(owner, part)
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("w", encoding="utf-8", newline="") as stream:
        stream.write(f"{owner.sha256}\n")
        writer = csv.writer(stream, lineterminator="\n")
        columns = [name for label in owner.labels for name in _columns(owner, label)]
        writer.writerow(["film_sha256", "patient", *columns])
        for film, truth, probability in zip(
            answers.films, answers.truth, answers.probability, strict=True
        ):
            pairs = zip(truth, probability, strict=True)
            cells = [cell for is_so, share in pairs for cell in (int(is_so), repr(float(share)))]
            writer.writerow([film.sha256, numbers[film.patient], *cells])


def read_answers(owner: Owner, part: str) -> StoredAnswers:
    """Read what `store_answers` wrote.

    Raises
    ------
    TrainingError
        `data_invalid` where nothing is stored, or answers of another model.
    """
    try:
        with _place(owner, part).open(encoding="utf-8", newline="") as stream:
            if stream.readline().strip() != owner.sha256:
                raise ValueError("of another model")
            rows = sorted(csv.DictReader(stream), key=_by_film(owner))
        calls = {label.lower(): _called(owner, label, rows) for label in owner.labels}
        films = np.array([row["film_sha256"] for row in rows], np.str_)
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = f"no answers on the {part} films are stored; run evaluate with --part {part}"
        raise TrainingError(TrainingCode.DATA_INVALID, place=owner.name, reason=reason) from error
    return StoredAnswers(films=films, calls=calls)


def probability_column(owner: Owner, label: str) -> str:
    """Name the column that holds what was said of a label."""
    return "probability" if len(owner.labels) == 1 else f"probability {label}"


def _columns(owner: Owner, label: str) -> tuple[str, str]:
    """Name the columns of a label: what is so, and what was said."""
    return (
        "label" if len(owner.labels) == 1 else f"label {label}",
        probability_column(owner, label),
    )


def _by_film(owner: Owner) -> Callable[[dict[str, str]], tuple[str, ...]]:
    """Order rows; an archive may hold the same bytes twice, under two labels."""
    truths = [_columns(owner, label)[0] for label in owner.labels]
    return lambda row: (row["film_sha256"], *(row[name] for name in truths))


def _called(owner: Owner, label: str, rows: list[dict[str, str]]) -> Called:
    truth, said = _columns(owner, label)
    return Called(
        labels=np.array([int(row[truth]) for row in rows], np.int64),
        probability=np.array([float(row[said]) for row in rows], np.float64),
        patients=tuple(row["patient"] for row in rows),
        threshold=owner.threshold,
    )


def _place(owner: Owner, part: str) -> Path:
    return owner.folder / "report" / f"answers-{part}.csv"
