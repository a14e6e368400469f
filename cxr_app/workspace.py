"""One reader's workspace: films on forms, sessions and runs; one owner, one lock."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from cxr_app.codes import Code
from cxr_app.drafts import MAX_BYTES, DraftFilm, Look, check_room, count_bytes
from cxr_app.errors import Rejected
from cxr_app.fair_queue import FairQueue
from cxr_app.given_film import GivenFilm
from cxr_app.imaging.correction import Correction
from cxr_app.imaging.film_input import FilmInput
from cxr_app.limits import MIB
from cxr_app.names import check_name
from cxr_app.pipeline import attempt
from cxr_app.runs import Run, Services
from cxr_app.sessions import Given, Outcome, PatientSession, classify_waiting
from cxr_app.sources import UploadSource, UrlSource

__all__ = ["NEW", "Workspace"]

log = logging.getLogger(__name__)

IDLE_SECONDS: Final = 2 * 60 * 60.0
GONE_SECONDS: Final = 90.0  # longer than a lost connection lasts
RUNS_OF_ONE: Final = 2
READERS: Final = 4  # films of one reader that are fetched at once
LOOKERS: Final = 2
NEW: Final = "new"


class Workspace:
    """One reader's films and sessions, in memory; nothing of it is shared with another reader.

    There is one form for each session that takes more films, under its id, and one for a new
    session, under `NEW`: films meant for one patient never turn up under another.

    The page calls it from one thread and runs report to it from theirs, so each method is safe to
    call from any.

    Parameters
    ----------
    services : Services
    is_connected : callable () -> bool
        Whether the reader's tab is open.
    now : callable () -> datetime
        Of the day, for people.
    clock : callable () -> float
        In seconds, for the times after which everything is freed.
    """

    def __init__(
        self,
        services: Services,
        *,
        is_connected: Callable[[], bool] = lambda: True,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._services = services
        self._is_connected = is_connected
        self._now = now
        self._clock = clock
        self._lock = threading.RLock()
        self._drafts: dict[str, dict[str, DraftFilm]] = {}
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="fetch")
        self._lookers = ThreadPoolExecutor(LOOKERS, thread_name_prefix="look")
        self._sessions: dict[str, PatientSession] = {}
        self._runs: dict[str, Run] = {}
        self._own_runs = FairQueue(RUNS_OF_ONE)
        self._last_sign = self._last_connected = clock()
        self._has_expired = False
        services.sweeper.watch(self)

    def touch(self) -> bool:
        """Note a sign of the reader; tell whether things were erased for want of one."""
        self._last_sign = self._last_connected = self._clock()
        had_expired, self._has_expired = self._has_expired, False
        return had_expired

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to lose."""
        with self._lock:
            return not self._sessions and not any(self._drafts.values())

    def free_if_left(self) -> None:
        """Free everything where the reader has closed the tab, or has not been seen for long."""
        now = self._clock()
        if self._is_connected():
            self._last_connected = now
        if now - self._last_connected > GONE_SECONDS or now - self._last_sign > IDLE_SECONDS:
            self._has_expired |= not self.is_empty
            self.delete_all()

    def uploaded(self, name: str, data: bytes) -> Given:
        """Take a file; what is too large for one is let go and keeps its place, with the reason."""
        film = GivenFilm(UploadSource(name, data))
        try:
            film.read(self._services.limits)  # now, so that its bytes count
        except Rejected as error:
            log.info("upload_rejected code=%s", error.code)
        return Given(source=film)

    def fetched(self, url: str) -> Given:
        """Take an address; it is fetched once the film is on a form or in a run."""
        source = UrlSource(url, self._services.fetcher)
        return Given(source=GivenFilm(source, self._admit), is_fetched=True)

    def films_on(self, form: str) -> tuple[DraftFilm, ...]:
        """Films that wait on a form, in the order in which they came."""
        with self._lock:
            return tuple(self._drafts.get(form, {}).values())

    def add(self, form: str, films: Sequence[Given]) -> tuple[str, ...]:
        """Put films on a form and begin to read them.

        Returns
        -------
        tuple of str
            Their ids.

        Raises
        ------
        CxrError
            `too_many_items` or `session_full`; nothing is added then.
        """
        drafted = [DraftFilm(id=secrets.token_hex(8), given=film) for film in films]
        with self._lock:
            there = [film.given for film in self.films_on(form)]
            session = self._sessions.get(form)
            n_in_session = len(session.films) if session else 0
            check_room(there, films, n_in_session=n_in_session, n_bytes=self._n_bytes())
            self._drafts.setdefault(form, {}).update({film.id: film for film in drafted})
        for film in drafted:
            self._readers.submit(self._read, form, film)
        return tuple(film.id for film in drafted)

    def remove(self, form: str, ids: Iterable[str]) -> None:
        """Take films off a form; an unknown id is passed over."""
        with self._lock:
            for one in ids:
                self._drafts.get(form, {}).pop(one, None)

    def take(self, form: str) -> tuple[Given, ...]:
        """Hand a form's films on and leave it empty."""
        with self._lock:
            return tuple(film.given for film in self._drafts.pop(form, {}).values())

    @property
    def sessions(self) -> tuple[PatientSession, ...]:
        """All sessions, the newest first."""
        with self._lock:
            return tuple(reversed(self._sessions.values()))

    def session(self, id_: str) -> PatientSession | None:
        """Return a session, or None where it was deleted."""
        with self._lock:
            return self._sessions.get(id_)

    def film_input(self, id_: str, item: int) -> FilmInput | None:
        """Return what is kept of a session's film; None where it is gone or was refused."""
        session = self.session(id_)
        if session is None or not 0 < item <= len(session.films):
            return None
        source = session.films[item - 1].source
        outcome = source.reading(self._services.limits, self._services.decoder).outcome
        return None if isinstance(outcome, Rejected) else outcome

    def start(self, name: str, age_years: float | None = None) -> str:
        """Make a session of the films on the form for a new one, and classify them.

        Raises
        ------
        CxrError
            `name_invalid`.
        """
        checked = check_name(name)
        with self._lock:
            session = PatientSession(
                id=secrets.token_hex(8),
                name=checked,
                started=self._now(),
                films=self.take(NEW),
                age_years=age_years,
            )
            self._sessions[session.id] = session
            self._ensure_run(session.id)
        return session.id

    def extend(self, id_: str) -> None:
        """Add the films on a session's own form to it, and classify them."""
        with self._lock:
            if id_ not in self._sessions:
                return
            films = self.take(id_)
            self._sessions[id_] = self._sessions[id_].with_films(films)
        self.resume(id_)

    def ask_again(self, id_: str, item: int, correction: Correction) -> None:
        """Add one of a session's films once more, with something put right, and classify it."""
        with self._lock:
            session = self._sessions.get(id_)
            if session is None or item > len(session.films):
                return
            given = session.films[item - 1]
            source = given.source.corrected(correction)
            again = replace(given, source=source)
            self._sessions[id_] = session.with_films((again,))
        source.read(self._services.limits)
        self.resume(id_)

    def resume(self, id_: str) -> None:
        """Classify what was cancelled or is waiting."""
        stopping = self.run(id_)
        if stopping is not None and stopping.is_cancelled:
            stopping.join(seconds=5)
        with self._lock:
            if id_ in self._sessions:
                self._sessions[id_] = self._sessions[id_].resumed()
                self._ensure_run(id_)

    def rename(self, id_: str, name: str) -> None:
        """Give a session another name.

        Raises
        ------
        CxrError
            `name_invalid`.
        """
        with self._lock:
            if id_ in self._sessions:
                self._sessions[id_] = self._sessions[id_].with_name(name)

    def delete(self, id_: str) -> None:
        """Free a session's films and results at once; what its run still brings is dropped."""
        with self._lock:
            self._sessions.pop(id_, None)
            run = self._runs.pop(id_, None)
        self.take(id_)
        if run is not None:
            run.cancel()

    def delete_all(self) -> None:
        """Free everything."""
        self.take(NEW)
        for session in self.sessions:
            self.delete(session.id)

    def run(self, id_: str) -> Run | None:
        """Return the run that a session has going on, if any, or the one that failed."""
        with self._lock:
            return self._runs.get(id_)

    def cancel(self, id_: str) -> None:
        """Stop a session's run: what is finished stays."""
        run = self.run(id_)
        if run is not None:
            run.cancel()

    def _ensure_run(self, id_: str) -> None:
        run = self._runs.get(id_)
        if run is not None and not run.is_over:
            return  # it looks for more before it ends
        self._runs[id_] = Run(
            lambda run: self._classify(id_, run), own=self._own_runs, shared=self._services.runs
        )

    def _classify(self, id_: str, run: Run) -> None:
        while (session := self._waiting(id_)) is not None:
            for outcome in classify_waiting(
                session,
                self._services.prediction,
                limits=self._services.limits,
                decoder=self._services.decoder,
                is_cancelled=lambda: run.is_cancelled,
            ):
                self._keep(id_, outcome)

    def _waiting(self, id_: str) -> PatientSession | None:
        """Tell a run what is left; where nothing is, it ends in the same moment."""
        with self._lock:
            session = self._sessions.get(id_)
            if session is not None and session.waiting:
                return session
            self._runs.pop(id_, None)
            return None

    def _keep(self, id_: str, outcome: Outcome) -> None:
        with self._lock:
            session = self._sessions.get(id_)
            if session is not None:
                self._sessions[id_] = session.with_outcome(outcome)

    def _read(self, form: str, film: DraftFilm) -> None:
        """Fetch a film; once it is there it is looked at by others than those who fetch."""
        if not self._is_on(form, film):
            return
        data = attempt(lambda: film.given.source.read(self._services.limits))
        if isinstance(data, Rejected):
            self._found(form, film, Look(problem=data))
        else:
            self._lookers.submit(self._look, form, film)

    def _look(self, form: str, film: DraftFilm) -> None:
        if not self._is_on(form, film):
            return
        source, services = film.given.source, self._services
        reading = source.reading(services.limits, services.decoder)
        problem = reading.outcome if isinstance(reading.outcome, Rejected) else None
        look = Look(picture=source.preview) if source.preview else Look(problem=problem)
        self._found(form, film, look)

    def _is_on(self, form: str, film: DraftFilm) -> bool:
        with self._lock:
            return film.id in self._drafts.get(form, {})

    def _found(self, form: str, film: DraftFilm, look: Look) -> None:
        with self._lock:
            if self._is_on(form, film):
                self._drafts[form][film.id] = replace(film, look=look)

    def _n_bytes(self) -> int:
        drafted = [film.given for form in self._drafts.values() for film in form.values()]
        return count_bytes(drafted) + sum(count_bytes(one.films) for one in self.sessions)

    def _admit(self, n_bytes: int) -> None:
        """Refuse bytes for which the reader's memory has no room."""
        with self._lock:
            if self._n_bytes() + n_bytes > MAX_BYTES:
                raise Rejected(Code.SESSION_FULL, max=MAX_BYTES // MIB)
