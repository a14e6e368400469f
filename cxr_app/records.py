"""The record: one outcome for each source, always; what every shell shows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cxr_app.codes import Code, in_order
from cxr_app.errors import Rejected
from cxr_app.imaging.film import Facts
from cxr_app.prediction import Prediction, Result

__all__ = ["ModelFacts", "Record", "Status", "make_record"]


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

    @property
    def is_drawing(self) -> bool:
        """Whether it is about the program's own drawing: the number means nothing."""
        return self.facts is not None and self.facts.is_drawing

    def to_json(self) -> dict[str, Any]:
        """Make plain data, keys in the order of the fields."""
        return asdict(self)


def make_record(
    outcome: Result | Rejected,
    prediction: Prediction,
    *,
    item: int,
    source: str,
    facts: Facts | None = None,
    caveats: tuple[Code, ...] = (),
    seconds: float = 0.0,
) -> Record:
    """Make the record of a source: of an answer, or of why there is none.

    `caveats` are what is known of a film beforehand and must be warned of.
    """
    result = None if isinstance(outcome, Rejected) else outcome
    error = outcome if isinstance(outcome, Rejected) else None
    spec = prediction.bundle.spec
    return Record(
        item=item,
        source=source,
        status=Status.OK if result else Status.REJECTED,
        code=error.code if error else None,
        message=str(error) if error else None,
        label=result.label if result else None,
        confidence=result.confidence if result else None,
        confidences=dict(result.confidences) if result else None,
        threshold=result.threshold if result else None,
        zone=result.zone if result else None,
        warnings=in_order(*result.warnings, *caveats) if result else (),
        facts=facts,
        model=ModelFacts(
            name=spec.name, version=spec.version, bundle_sha256=prediction.bundle.sha256
        ),
        engine=prediction.engine.name,
        precision=prediction.engine.precision,
        seconds=round(seconds, 4),
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        notice=spec.notice,
    )
