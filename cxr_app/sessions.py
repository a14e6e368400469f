"""A patient session: a name, films, and what came of each; in memory alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from cxr_app.codes import Code, in_order
from cxr_app.decoding.pool import Decoder
from cxr_app.errors import CxrError
from cxr_app.given_film import GivenFilm
from cxr_app.limits import Limits
from cxr_app.names import check_name
from cxr_app.pipeline import classify_films
from cxr_app.prediction import Prediction
from cxr_app.records import Record, Status

__all__ = ["Given", "Intake", "Outcome", "PatientSession", "classify_waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A film as a reader gave it, before anything was asked of the model.

    Attributes
    ----------
    source : GivenFilm
    is_fetched : bool
        It comes from an address.
    caveats : tuple of Code
        What is known of it beforehand and must be warned of.
    """

    source: GivenFilm = field(repr=False)
    is_fetched: bool = False
    caveats: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a reader filled in, right or wrong.

    Attributes
    ----------
    name : str
        The patient's, as typed.
    films : tuple of Given
    is_accepted : bool
        The reader has confirmed the notice.
    """

    name: str = field(repr=False)
    films: tuple[Given, ...] = field(repr=False)
    is_accepted: bool

    def problems(self) -> tuple[CxrError, ...]:
        """Say what is missing or wrong, field by field.

        `name_invalid`, `no_source` and `notice_not_accepted`.
        """
        found: list[CxrError] = []
        try:
            check_name(self.name)
        except CxrError as error:
            found.append(error)
        if not self.films:
            found.append(CxrError(Code.NO_SOURCE))
        if not self.is_accepted:
            found.append(CxrError(Code.NOTICE_NOT_ACCEPTED))
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
    id : str
        Random; two patients of one name are two sessions.
    name : str
        Valid after `cxr_app.names.check_name`.
    started : datetime
    films : tuple of Given
    outcomes : tuple of Outcome
        Of the first films, in their order.
    age_years : float or None
        The patient's, where the reader stated it.
    """

    id: str
    name: str = field(repr=False)
    started: datetime
    films: tuple[Given, ...] = field(repr=False)
    outcomes: tuple[Outcome, ...] = field(default=(), repr=False)
    age_years: float | None = field(default=None, repr=False)

    @property
    def waiting(self) -> tuple[Given, ...]:
        """Films without an outcome."""
        return self.films[len(self.outcomes) :]

    @property
    def n_cancelled(self) -> int:
        """How many films at the end were not classified because the run was stopped."""
        return sum(outcome.record.code is Code.CANCELLED for outcome in self.outcomes)

    def with_films(self, films: tuple[Given, ...]) -> "PatientSession":
        """Add films."""
        return replace(self, films=(*self.films, *films))

    def with_outcome(self, outcome: Outcome) -> "PatientSession":
        """Add the outcome of the first waiting film."""
        if not self.waiting:
            raise ValueError("every film has its outcome")
        return replace(self, outcomes=(*self.outcomes, outcome))

    def with_name(self, name: str) -> "PatientSession":
        """Give it another name.

        Raises
        ------
        CxrError
            `name_invalid`.
        """
        return replace(self, name=check_name(name))

    def resumed(self) -> "PatientSession":
        """Take what was cancelled back to what is waiting; only the last films can be cancelled."""
        kept = tuple(one for one in self.outcomes if one.record.code is not Code.CANCELLED)
        return replace(self, outcomes=kept)


def classify_waiting(
    session: PatientSession,
    prediction: Prediction,
    *,
    limits: Limits,
    decoder: Decoder,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Outcome]:
    """Classify the films that have no outcome yet, in their order, as they are ready.

    Whoever stops early may call again with the session as far as it came: no film is lost or
    classified twice.
    """
    films = session.waiting
    done = session.films[: len(session.outcomes)]
    records = classify_films(
        [film.source for film in films],
        prediction,
        limits=limits,
        first_item=len(session.outcomes) + 1,
        decoder=decoder,
        age_years=session.age_years,
        earlier=[film.source.identity for film in done if film.source.identity],
        is_cancelled=is_cancelled,
    )
    for film, record in zip(films, records, strict=True):
        picture = film.source.picture if record.status is Status.OK else None
        yield Outcome(record=_with_caveats(record, film.caveats), picture=picture)


def _with_caveats(record: Record, caveats: tuple[Code, ...]) -> Record:
    if record.status is not Status.OK or not caveats:
        return record
    return replace(record, warnings=in_order(*record.warnings, *caveats))
