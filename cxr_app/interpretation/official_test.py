"""What became of the films of the official test, read from a bundle's `report/`, or why not.

A report is no part of the model: no hash vouches for it, it may be missing, left over from another
model or damaged. None of that is a fault of the program, so it is a value and not an error.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from cxr_app.bundle import Bundle
from cxr_app.report.answers import MAX_ANSWERS_BYTES, Answers, ForeignError, parse_answers
from cxr_app.report.files import read_plain
from cxr_app.spec import Interval
from cxr_app.strict_parsing import read_strictly

__all__ = ["ANSWERS_FILE", "METRICS_FILE", "Absence", "OfficialTest", "read_official_test"]

ANSWERS_FILE: Final = "answers-test.csv"
METRICS_FILE: Final = "metrics.json"

MAX_METRICS_BYTES: Final = 8 * 2**20  # a hundred times that of the models here
# The figures come from the same films, so they agree but for the last digit of an answer.
MOST_APART: Final = 0.005


class Absence(StrEnum):
    """Why there are no figures of the official test; the value is the sentence for a reader."""

    MISSING = "This model has no report on an official test."
    FOREIGN = (
        "This model has no report on an official test that fits it: the one beside it belongs to "
        "another version of the model."
    )
    DAMAGED = "The report on this model's official test cannot be read, so it is not used."


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialTest:
    """The films of the official test that got an answer, and the figures that were reported.

    Attributes
    ----------
    sensitivity, specificity : Interval
        At the model's operating point, as reported.
    threshold : float
        Films are labelled positive from this probability on.
    is_positive : ndarray, bool [N]
        What the film is.
    probability : ndarray, float64 [N]
        What the model said, 0..1.
    patient : ndarray, int64 [N]
        Whose film it is: numbers from 0 on, none left out.
    """

    sensitivity: Interval
    specificity: Interval
    threshold: float
    is_positive: NDArray[np.bool_] = field(repr=False)
    probability: NDArray[np.float64] = field(repr=False)
    patient: NDArray[np.int64] = field(repr=False)

    def __post_init__(self) -> None:
        """Check that the films fit each other and hold both classes; set them read-only."""
        columns = (self.is_positive, self.probability, self.patient)
        if len({column.shape for column in columns}) != 1 or self.patient.ndim != 1:
            raise ValueError("every film needs its label, probability and patient")
        if self.is_positive.all() or not self.is_positive.any():
            raise ValueError("both classes are needed")
        if not ((self.probability >= 0) & (self.probability <= 1)).all():  # NaN is neither
            raise ValueError("a probability lies between 0 and 1")
        if not np.array_equal(np.unique(self.patient), np.arange(self.n_patients)):
            raise ValueError("patients are numbered from 0 on")
        for column in columns:
            column.flags.writeable = False

    @property
    def n_films(self) -> int:
        """How many films have an answer."""
        return len(self.patient)

    @property
    def n_patients(self) -> int:
        """How many patients these are of."""
        return len(np.unique(self.patient))

    @property
    def is_labelled_positive(self) -> NDArray[np.bool_]:
        """Which films the model labels positive."""
        return self.probability >= self.threshold


def read_official_test(bundle: Bundle) -> OfficialTest | Absence:
    """Read what a bundle's report says of the official test.

    Parameters
    ----------
    bundle : Bundle
        Of a binary task.

    Returns
    -------
    OfficialTest or Absence
        The latter also where the report is of another model: `spec.json` is a model's identity,
        and a model to which a gate was added later refuses other films than it did in its test.
    """
    report = bundle.folder / "report"
    try:
        answers = read_plain(report / ANSWERS_FILE, most=MAX_ANSWERS_BYTES)
        metrics = read_plain(report / METRICS_FILE, most=MAX_METRICS_BYTES)
        if answers is None or metrics is None:
            return Absence.MISSING
        reported = _reported(metrics.decode("utf-8"))
        if reported is None:
            return Absence.MISSING
        if reported["bundle_sha256"] != bundle.sha256:
            return Absence.FOREIGN
        found = parse_answers(answers, {bundle.sha256})
        return _official_test(reported["figures"], found, bundle.spec.decision.threshold)
    except ForeignError:
        return Absence.FOREIGN
    except (ValueError, TypeError, KeyError, RecursionError):
        return Absence.DAMAGED


def _reported(metrics: str) -> Mapping[str, Any] | None:
    """Return what `metrics.json` says of the official test; None where it was not opened yet."""
    said: Any = json.loads(metrics, parse_constant=_refuse_constant)
    evaluations = said.get("evaluations", {}) if isinstance(said, dict) else None
    if not isinstance(evaluations, dict):
        raise ValueError("no table of evaluations")
    if "test" not in evaluations:
        return None
    found = evaluations["test"]
    if not isinstance(found, dict) or not isinstance(found["bundle_sha256"], str):
        raise ValueError("an evaluation is a table that names its model")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no figure")


def _official_test(figures: Any, answers: Answers, threshold: float) -> OfficialTest:
    found = OfficialTest(
        sensitivity=read_strictly(Interval, figures["sensitivity"]),
        specificity=read_strictly(Interval, figures["specificity"]),
        threshold=threshold,
        is_positive=answers.labels == 1,
        probability=answers.probability,
        patient=answers.patients,
    )
    right = found.is_labelled_positive == found.is_positive
    for figure, those in (
        (found.sensitivity, found.is_positive),
        (found.specificity, ~found.is_positive),
    ):
        is_within = figure.low <= figure.value <= figure.high
        if not is_within or abs(figure.value - right[those].mean()) > MOST_APART:
            raise ValueError("the figures are not those of the films")
    return found
