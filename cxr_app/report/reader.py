"""The report beside a bundle, and whether it counts: only where it names this very bundle."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from cxr_app.report.answers import MAX_ANSWERS_BYTES, Answers, ForeignError, parse_answers
from cxr_app.report.evaluation import Evaluation
from cxr_app.report.files import read_plain
from cxr_app.report.metrics import MAX_METRICS_BYTES, Metrics, parse_metrics

__all__ = ["Lack", "Part", "Report", "read_report"]


class Lack(StrEnum):
    """Why something is not shown."""

    ABSENT = "absent"
    FOREIGN = "foreign"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was measured on one part of an archive.

    Attributes
    ----------
    name : str
        Such as `test`.
    evaluation : Evaluation
    is_before_gate : bool
        It was measured on this model before it had lungs and gate.
    answers : Answers or Lack
        Those that the figures were computed from.
    """

    name: str
    evaluation: Evaluation
    is_before_gate: bool
    answers: Answers | Lack


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that is told of a bundle.

    Attributes
    ----------
    metrics : Metrics or Lack
    parts : mapping of str to Part
        By name; those alone that measured this bundle.
    """

    metrics: Metrics | Lack
    parts: Mapping[str, Part]


def read_report(folder: Path, sha256: str, *, has_gate: bool) -> Report:
    """Read `report/` of a bundle.

    Parameters
    ----------
    folder : Path
        The bundle's.
    sha256 : str
        The bundle's identity.
    has_gate : bool
        A gate is put into a finished model, which gets another identity by it. What had been
        measured before stays in its report, under the identity that was measured.
    """
    place = folder / "report"
    metrics = _metrics(place, sha256)
    if isinstance(metrics, Lack):
        return Report(metrics=metrics, parts=MappingProxyType({}))
    parts = {
        name: Part(
            name=name,
            evaluation=found,
            is_before_gate=found.bundle_sha256 != sha256,
            answers=_answers(place / f"answers-{name}.csv", found),
        )
        for name, found in metrics.evaluations.items()
        if found.bundle_sha256 == sha256 or has_gate
    }
    return Report(metrics=metrics, parts=MappingProxyType(parts))


def _metrics(place: Path, sha256: str) -> Metrics | Lack:
    if place.is_symlink():
        return Lack.DAMAGED
    try:
        data = read_plain(place / "metrics.json", most=MAX_METRICS_BYTES)
        if data is None:
            return Lack.ABSENT
        metrics = parse_metrics(data)
    except ValueError:
        return Lack.DAMAGED
    if metrics.bundle_sha256 != sha256:
        return Lack.FOREIGN
    # They become the names of files.
    is_plain = all(name.isascii() and name.isalnum() for name in metrics.evaluations)
    return metrics if is_plain else Lack.DAMAGED


def _answers(place: Path, of: Evaluation) -> Answers | Lack:
    try:
        data = read_plain(place, most=MAX_ANSWERS_BYTES)
        if data is None:
            return Lack.ABSENT
        answers = parse_answers(data, {of.bundle_sha256})
    except ForeignError:
        return Lack.FOREIGN
    except ValueError:
        return Lack.DAMAGED
    # Answers to other films than the figures are of would contradict them.
    if len(answers.labels) != of.films - sum(of.refused.values()):
        return Lack.FOREIGN
    return answers
