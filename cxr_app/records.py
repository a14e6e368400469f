"""The record: one outcome for each source, always; what every shell shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from cxr_app.bundle import Bundle
from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.film import Facts
from cxr_app.prediction import Prediction, Result

__all__ = ["ModelFacts", "Record", "Status", "answered", "rejected"]


class Status(StrEnum):
    """Whether the source has an answer."""

    OK = "ok"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """Which model answered."""

    name: str
    version: str
    bundle_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One outcome; the fields stand in the order of its JSON form.

    Attributes
    ----------
    item : int
        Place of the source in the run, from 1 on.
    source : str
        As the user named it; of a folder's file the folder as given / the path below it.
    status : Status
    code, message : str or None
        Of a rejection; None where the status is ok.
    label : str or None
        The predicted class; None, like all numbers, where the source is rejected.
    confidence : float or None
        Calibrated probability of `label`.
    confidences : mapping of str to float, or None
        Calibrated probability of every class.
    threshold : float or None
        The model's last class is predicted from this probability on.
    zone : tuple of two floats, or None
        Probabilities of the last class between which the answer is "not sure".
    warnings : tuple of Code
    facts : Facts or None
        What the file says of the film, never who it is; None where nothing was decoded.
    model : ModelFacts
    engine, precision : str
    seconds : float
        Spent on this source.
    time : str
        When its turn ended, ISO 8601.
    notice : str
        What must stand beside the number.
    """

    item: int
    source: str
    status: Status
    code: Code | None
    message: str | None
    label: str | None
    confidence: float | None
    confidences: Mapping[str, float] | None
    threshold: float | None
    zone: tuple[float, float] | None
    warnings: tuple[Code, ...]
    facts: Facts | None
    model: ModelFacts
    engine: str
    precision: str
    seconds: float
    time: str
    notice: str

    def to_json(self) -> dict[str, Any]:
        """Make plain data, keys in the order of the fields."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        plain["confidences"] = dict(self.confidences) if self.confidences else None
        plain["facts"] = _plain_facts(self.facts) if self.facts else None
        plain["model"] = {name: getattr(self.model, name) for name in self.model.__slots__}
        return plain


def answered(
    *,
    item: int,
    source: str,
    result: Result,
    facts: Facts,
    prediction: Prediction,
    seconds: float,
    now: datetime,
) -> Record:
    """Make the record of a film that was judged."""
    return Record(
        item=item,
        source=source,
        status=Status.OK,
        code=None,
        message=None,
        label=result.label,
        confidence=result.confidence,
        confidences=result.confidences,
        threshold=result.threshold,
        zone=result.zone,
        warnings=result.warnings,
        facts=facts,
        **_provenance(prediction, seconds, now),
    )


def rejected(
    *,
    item: int,
    source: str,
    error: Rejected,
    prediction: Prediction,
    seconds: float,
    now: datetime,
    facts: Facts | None = None,
) -> Record:
    """Make the record of a source that cannot be judged: it has a code and no number."""
    return Record(
        item=item,
        source=source,
        status=Status.REJECTED,
        code=error.code,
        message=str(error),
        label=None,
        confidence=None,
        confidences=None,
        threshold=None,
        zone=None,
        warnings=(),
        facts=facts,
        **_provenance(prediction, seconds, now),
    )


def _provenance(prediction: Prediction, seconds: float, now: datetime) -> dict[str, Any]:
    return {
        "model": _model(prediction.bundle),
        "engine": prediction.engine.name,
        "precision": prediction.engine.precision,
        "seconds": round(seconds, 4),
        "time": now.isoformat(timespec="seconds"),
        "notice": prediction.bundle.spec.notice,
    }


def _model(bundle: Bundle) -> ModelFacts:
    return ModelFacts(
        name=bundle.spec.name, version=bundle.spec.version, bundle_sha256=bundle.sha256
    )


def _plain_facts(facts: Facts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in facts.__slots__}
