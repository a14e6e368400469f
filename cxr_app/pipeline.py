"""Many sources to records, in order: decoding overlaps inference, memory stays flat."""

import logging
import os
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Final, NamedTuple, TypeVar

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.decode import decode
from cxr_app.imaging.film import Film
from cxr_app.limits import Limits
from cxr_app.line import Line
from cxr_app.prediction import Prediction
from cxr_app.records import Record, answered, rejected
from cxr_app.sources import Source

__all__ = ["Judged", "attempt", "classify", "classify_films", "classify_sources"]

log = logging.getLogger(__name__)

T = TypeVar("T")

DECODERS: Final = min(2, os.cpu_count() or 1)
LOOK_SECONDS: Final = 0.2  # how often a run that waits for a film looks whether it is cancelled
AHEAD: Final = 2 * DECODERS  # films decoded and waiting; each may hold 64 million pixels


@dataclass(frozen=True, slots=True)
class _Decoded:
    """A film, or why there is none, and the seconds it took."""

    outcome: Film | Rejected
    seconds: float


class _Begun(NamedTuple):
    """A source whose film is on its way."""

    item: int
    source: Source
    decoded: Future[_Decoded]


@dataclass(frozen=True, slots=True)
class Judged:
    """A record, and the film that it speaks of.

    Attributes
    ----------
    record : Record
    film : Film or None
        None where no film could be made of the source.
    """

    record: Record
    film: Film | None


def classify(source: Source, prediction: Prediction, *, limits: Limits, item: int = 1) -> Record:
    """Make the one record of one source."""
    return _judge(item, source, _decode(source, limits, Line(1)), prediction).record


def classify_sources(
    sources: Iterable[Source],
    prediction: Prediction,
    *,
    limits: Limits,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Record]:
    """Make one record for each source, as `classify_films` does, and let the films go."""
    for judged in classify_films(sources, prediction, limits=limits, is_cancelled=is_cancelled):
        yield judged.record


def classify_films(
    sources: Iterable[Source],
    prediction: Prediction,
    *,
    limits: Limits,
    first_item: int = 1,
    decoding: Line | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Judged]:
    """Make one record for each source, in their order, as they are ready, with its film.

    Parameters
    ----------
    sources : iterable of Source
        Taken one by one, a few ahead of the engine.
    prediction : Prediction
    limits : Limits
    first_item : int
        Number of the first record.
    decoding : Line, optional
        In front of the decoder, where other runs share it.
    is_cancelled : callable () -> bool
        Asked before each source; once it is True, every source left gets the record `cancelled`.
    """
    decoders = ThreadPoolExecutor(DECODERS, thread_name_prefix="decode")
    in_turn = decoding or Line(DECODERS)

    def begin(item: int, source: Source) -> _Begun:
        return _Begun(item, source, decoders.submit(_decode, source, limits, in_turn))

    begun: deque[_Begun] = deque()
    numbered = enumerate(sources, start=first_item)
    try:
        while not is_cancelled():
            begun.extend(begin(*one) for one in islice(numbered, AHEAD - len(begun)))
            if not begun:
                return
            if not _is_decoded(begun[0].decoded, is_cancelled):
                break
            item, source, decoded = begun.popleft()
            yield _judge(item, source, decoded.result(), prediction)
        for item, source in chain(((one.item, one.source) for one in begun), numbered):
            yield _cancelled(item, source, prediction)
    finally:
        # Not waiting: a server that answers slowly must not hold up somebody who has cancelled.
        decoders.shutdown(wait=False, cancel_futures=True)


def _is_decoded(decoded: Future[_Decoded], is_cancelled: Callable[[], bool]) -> bool:
    """Wait for a film; False where the run is cancelled meanwhile."""
    while not is_cancelled():
        if wait([decoded], timeout=LOOK_SECONDS).done:
            return True
    return False


def attempt(work: Callable[[], T]) -> T | Rejected:
    """Do something with a film; whatever goes wrong is returned, for one film may not end a run."""
    try:
        return work()
    except Rejected as error:
        return error.bare()
    except Exception as error:  # noqa: BLE001 - the edge
        return _unexpected(error)


def _decode(source: Source, limits: Limits, decoding: Line) -> _Decoded:
    started = time.perf_counter()
    data = attempt(lambda: source.read(limits))
    if isinstance(data, Rejected):
        return _Decoded(data, time.perf_counter() - started)
    with decoding.turn():  # reading waits for nobody's decoder
        outcome = attempt(lambda: decode(data, limits))
    return _Decoded(outcome, time.perf_counter() - started)


def _judge(item: int, source: Source, decoded: _Decoded, prediction: Prediction) -> Judged:
    started = time.perf_counter()
    film = decoded.outcome
    try:
        if isinstance(film, Rejected):
            raise film
        result = prediction.classify_image(film)
    except Exception as error:  # noqa: BLE001 - the same edge
        record = rejected(
            item=item,
            source=source.name,
            error=error if isinstance(error, Rejected) else _unexpected(error),
            facts=film.facts if isinstance(film, Film) else None,
            prediction=prediction,
            seconds=decoded.seconds + time.perf_counter() - started,
            now=_now(),
        )
        return Judged(record, film if isinstance(film, Film) else None)
    record = answered(
        item=item,
        source=source.name,
        result=result,
        facts=film.facts,
        prediction=prediction,
        seconds=decoded.seconds + time.perf_counter() - started,
        now=_now(),
    )
    return Judged(record, film)


def _cancelled(item: int, source: Source, prediction: Prediction) -> Judged:
    record = rejected(
        item=item,
        source=source.name,
        error=Rejected(Code.CANCELLED),
        prediction=prediction,
        seconds=0.0,
        now=_now(),
    )
    return Judged(record, None)


def _unexpected(error: Exception) -> Rejected:
    incident = secrets.token_hex(4)
    # The type alone: a library's text may quote the file.
    log.error("film_failed incident=%s type=%s", incident, type(error).__name__)
    return Rejected(Code.INTERNAL_ERROR, id=incident)


def _now() -> datetime:
    return datetime.now(UTC)
