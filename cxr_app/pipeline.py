"""Many sources to records, in order: decoding overlaps inference, memory stays flat."""

import hashlib
import logging
import os
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from cxr_app.codes import Code
from cxr_app.decoding.pool import Decoder
from cxr_app.errors import Rejected
from cxr_app.imaging.correction import AS_GIVEN, Correction
from cxr_app.imaging.film import Facts, Film
from cxr_app.imaging.film_input import FilmInput, make_input
from cxr_app.limits import Limits
from cxr_app.prediction import Prediction
from cxr_app.records import Record, make_record
from cxr_app.sources import Source

__all__ = [
    "Readable",
    "Reading",
    "attempt",
    "classify",
    "classify_films",
    "classify_sources",
    "read_film",
]

log = logging.getLogger(__name__)

T = TypeVar("T")

DECODERS: Final = min(2, os.cpu_count() or 1)
LOOK_SECONDS: Final = 0.2  # how often a run that waits for a film looks whether it is cancelled
JUDGES: Final = 2  # films whose answers are worked out at once: the engine need never wait
AHEAD: Final = 2 * DECODERS  # films that wait for the engine, decoded already


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading and decoding a source.

    Attributes
    ----------
    outcome : FilmInput or Rejected
    identity : str or None
        Equal for equal bytes that were corrected alike; None where nothing was read.
    facts : Facts or None
        Also of a film that was decoded and then refused.
    seconds : float
    """

    outcome: FilmInput | Rejected
    facts: Facts | None
    seconds: float
    identity: str | None = None


class Readable(Protocol):
    """A source that is read and decoded when its turn comes, or was already."""

    @property
    def name(self) -> str:
        """What the record echoes."""

    def reading(self, limits: Limits, decoder: Decoder) -> Reading:
        """Read and decode it; whatever goes wrong is an outcome."""


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A source that is read here and nowhere else."""

    source: Source
    correction: Correction

    @property
    def name(self) -> str:
        return self.source.name

    def reading(self, limits: Limits, decoder: Decoder) -> Reading:
        return read_film(self.source, limits, decoder, self.correction)[0]


class _Begun(NamedTuple):
    """A source whose film is on its way."""

    item: int
    source: Readable
    reading: Future[Reading]


def read_film(
    source: Source, limits: Limits, decoder: Decoder, correction: Correction = AS_GIVEN
) -> tuple[Reading, Film | None]:
    """Read and decode a source, once for all that is asked of its film.

    Parameters
    ----------
    source : Source
    limits : Limits
    decoder : Decoder
    correction : Correction
        What the user puts right on the film.

    Returns
    -------
    Reading
    Film or None
        With its pixels; None where there is none.
    """
    started = time.perf_counter()
    data = attempt(lambda: source.read(limits))
    if isinstance(data, Rejected):
        return Reading(outcome=data, facts=None, seconds=time.perf_counter() - started), None
    identity = f"{hashlib.sha256(data).hexdigest()} {correction}"
    film = attempt(lambda: correction.applied(decoder.decode(data)))
    if isinstance(film, Rejected):
        seconds = time.perf_counter() - started
        return Reading(outcome=film, facts=None, seconds=seconds, identity=identity), None
    outcome = attempt(lambda: make_input(film, limits))
    seconds = time.perf_counter() - started
    facts = film.facts if isinstance(outcome, Rejected) else outcome.facts
    reading = Reading(outcome=outcome, facts=facts, seconds=seconds, identity=identity)
    return reading, film


def classify(
    source: Source, prediction: Prediction, *, limits: Limits, decoder: Decoder, item: int = 1
) -> Record:
    """Make the one record of one source."""
    return _judge(item, source.name, read_film(source, limits, decoder)[0], prediction, caveats=())


def classify_sources(
    sources: Iterable[Source],
    prediction: Prediction,
    *,
    limits: Limits,
    decoder: Decoder,
    correction: Correction = AS_GIVEN,
    age_years: float | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Record]:
    """Make one record for each source, as `classify_films` does."""
    fresh = (_Fresh(source, correction) for source in sources)
    return classify_films(
        fresh,
        prediction,
        limits=limits,
        decoder=decoder,
        age_years=age_years,
        is_cancelled=is_cancelled,
    )


def classify_films(
    sources: Iterable[Readable],
    prediction: Prediction,
    *,
    limits: Limits,
    decoder: Decoder,
    first_item: int = 1,
    age_years: float | None = None,
    earlier: Iterable[str] = (),
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Record]:
    """Make one record for each source, in their order, as they are ready.

    Parameters
    ----------
    sources : iterable of Readable
        Taken one by one, a few ahead of the engine.
    prediction : Prediction
    limits : Limits
    decoder : Decoder
    first_item : int
        Number of the first record.
    age_years : float, optional
        The patient's, as the user states it.
    earlier : iterable of str
        Identities of films that came before; those that come again are warned of.
    is_cancelled : callable () -> bool
        Once it is True, what is being worked out is finished, and every source left gets the record
        `cancelled`.
    """
    readers = ThreadPoolExecutor(DECODERS, thread_name_prefix="read")
    judges = ThreadPoolExecutor(JUDGES, thread_name_prefix="judge")
    seen = set(earlier)

    def begin(item: int, source: Readable) -> _Begun:
        return _Begun(item, source, readers.submit(source.reading, limits, decoder))

    def judge(read: _Begun) -> Future[Record]:
        reading = _with_age(read.reading.result(), age_years)
        caveats = (Code.DUPLICATE,) if reading.identity in seen else ()
        seen.update(filter(None, [reading.identity]))
        name = read.source.name
        return judges.submit(_judge, read.item, name, reading, prediction, caveats=caveats)

    begun: deque[_Begun] = deque()
    judged: deque[Future[Record]] = deque()
    numbered = enumerate(sources, start=first_item)
    try:
        while not is_cancelled():
            begun.extend(begin(*one) for one in islice(numbered, AHEAD - len(begun)))
            if not begun and not judged:
                return
            next_read = begun[0] if begun and len(judged) < JUDGES else None
            awaited: list[Future[Any]] = list(islice(judged, 1))
            awaited += [next_read.reading] if next_read else []
            wait(awaited, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            if next_read and next_read.reading.done():
                judged.append(judge(begun.popleft()))
            if judged and judged[0].done():
                yield judged.popleft().result()
        yield from (record.result() for record in judged)
        for item, source in chain(((one.item, one.source) for one in begun), numbered):
            yield _cancelled(item, source.name, prediction)
    finally:
        # Not waiting: a server that answers slowly must not hold up somebody who has cancelled.
        readers.shutdown(wait=False, cancel_futures=True)
        judges.shutdown(wait=False, cancel_futures=True)


def attempt(work: Callable[[], T]) -> T | Rejected:
    """Do something with a film; whatever goes wrong is returned, for one film may not end a run."""
    try:
        return work()
    except Rejected as error:
        return error.bare()
    except Exception as error:  # noqa: BLE001 - the edge
        return _unexpected(error)


def _with_age(reading: Reading, age_years: float | None) -> Reading:
    """State the age that the user gives where the file states none."""
    facts, film = reading.facts, reading.outcome
    if age_years is None or facts is None or facts.age_years is not None:
        return reading
    facts = replace(facts, age_years=age_years)
    if not isinstance(film, Rejected):
        film = replace(film, facts=facts)
    return replace(reading, facts=facts, outcome=film)


def _judge(
    item: int, name: str, reading: Reading, prediction: Prediction, *, caveats: tuple[Code, ...]
) -> Record:
    started = time.perf_counter()
    film = reading.outcome
    result = (
        film if isinstance(film, Rejected) else attempt(lambda: prediction.classify_image(film))
    )
    seconds = reading.seconds + time.perf_counter() - started
    return make_record(
        result,
        prediction,
        item=item,
        source=name,
        facts=reading.facts,
        caveats=caveats,
        seconds=seconds,
    )


def _cancelled(item: int, name: str, prediction: Prediction) -> Record:
    return make_record(Rejected(Code.CANCELLED), prediction, item=item, source=name)


def _unexpected(error: Exception) -> Rejected:
    incident = secrets.token_hex(4)
    # The type alone: a library's text may quote the file.
    log.error("film_failed incident=%s type=%s", incident, type(error).__name__)
    return Rejected(Code.INTERNAL_ERROR, id=incident)
