"""A patient session: a name, films, and what came of each; in memory alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cxr_app.codes import Code
from cxr_app.errors import CxrError
from cxr_app.imaging.phantom import phantom_png
from cxr_app.imaging.thumbnail import make_thumbnail
from cxr_app.limits import Limits
from cxr_app.names import check_name
from cxr_app.pipeline import Judged, classify_films
from cxr_app.prediction import Prediction
from cxr_app.records import Record, Status
from cxr_app.sources import UploadSource

__all__ = [
    "Intake",
    "Outcome",
    "PatientSession",
    "classify_waiting",
    "drawing_session",
    "open_session",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a reader filled in, right or wrong.

    Attributes
    ----------
    name : str
        The patient's, as typed.
    sources : tuple of UploadSource
    """

    name: str = field(repr=False)
    sources: tuple[UploadSource, ...] = field(repr=False)

    def problems(self) -> tuple[CxrError, ...]:
        """Say what is missing or wrong, field by field: `name_invalid`, `no_source`."""
        found: list[CxrError] = []
        try:
            check_name(self.name)
        except CxrError as error:
            found.append(error)
        if not self.sources:
            found.append(CxrError(Code.NO_SOURCE))
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one film.

    Attributes
    ----------
    record : Record
    picture : bytes or None
        Small JPEG; None where the film was rejected.
    """

    record: Record = field(repr=False)
    picture: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientSession:
    """The films of one patient and the outcomes there are so far.

    Nothing of it is in its `repr`, so that no name gets into a log by accident.

    Attributes
    ----------
    name : str
        Valid after `cxr_app.names.check_name`.
    sources : tuple of UploadSource
    outcomes : tuple of Outcome
        Of the first sources, in their order.
    is_drawing : bool
        Its film is a drawing and there is no patient.
    """

    name: str = field(repr=False)
    sources: tuple[UploadSource, ...] = field(repr=False)
    outcomes: tuple[Outcome, ...] = field(default=(), repr=False)
    is_drawing: bool = False

    @property
    def waiting(self) -> tuple[UploadSource, ...]:
        """Sources without an outcome."""
        return self.sources[len(self.outcomes) :]

    def with_outcome(self, outcome: Outcome) -> "PatientSession":
        """Add the outcome of the first waiting source."""
        if not self.waiting:
            raise ValueError("every source has its outcome")
        return replace(self, outcomes=(*self.outcomes, outcome))


def open_session(intake: Intake) -> PatientSession:
    """Start the session of an intake that has no problems.

    Raises
    ------
    CxrError
        The intake's first problem.
    """
    for problem in intake.problems():
        raise problem
    return PatientSession(name=check_name(intake.name), sources=intake.sources)


def drawing_session() -> PatientSession:
    """Start a session with a drawn film, for readers who have none at hand."""
    drawing = UploadSource("drawing.png", phantom_png(size=(640, 640), consolidation=0.8))
    return PatientSession(name="Drawing", sources=(drawing,), is_drawing=True)


def classify_waiting(
    session: PatientSession, prediction: Prediction, *, limits: Limits
) -> Iterator[Outcome]:
    """Classify the sources that have no outcome yet, in their order, as they are ready.

    Whoever stops early may call again with the session as far as it came: no film is lost or
    classified twice.
    """
    first = len(session.outcomes) + 1
    for judged in classify_films(session.waiting, prediction, limits=limits, first_item=first):
        yield Outcome(record=judged.record, picture=_picture(judged))


def _picture(judged: Judged) -> bytes | None:
    if judged.film is None or judged.record.status is not Status.OK:
        return None
    return make_thumbnail(judged.film)
