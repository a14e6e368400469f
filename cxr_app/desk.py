"""What one reader has on the desk: films not yet classified, sessions, and the runs that go on."""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.forms import MAX_BYTES, Forms, count_bytes
from cxr_app.limits import MIB
from cxr_app.line import Line
from cxr_app.names import check_name
from cxr_app.runs import Run, Services
from cxr_app.sessions import Given, Outcome, PatientSession
from cxr_app.sources import Once, UploadSource, UrlSource

__all__ = ["NEW", "Desk"]

log = logging.getLogger(__name__)

IDLE_SECONDS: Final = 2 * 60 * 60.0
GONE_SECONDS: Final = 90.0  # longer than a lost connection lasts
RUNS_OF_ONE: Final = 2
NEW: Final = "new"


class Desk:
    """One reader's films and sessions, in memory; nothing of it is shared with another reader.

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
        In seconds, for the times after which everything on the desk is freed.
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
        self._forms = Forms(
            services, self._lock, in_session=self._n_films, n_bytes_elsewhere=self._n_bytes
        )
        self._sessions: dict[str, PatientSession] = {}
        self._runs: dict[str, Run] = {}
        self._own_runs = Line(RUNS_OF_ONE)
        self._last_sign = self._last_connected = clock()
        services.sweeper.watch(self)

    def touch(self) -> None:
        """Note a sign of the reader."""
        self._last_sign = self._last_connected = self._clock()

    def free_if_left(self) -> None:
        """Free everything where the reader has closed the tab, or has not been seen for long."""
        now = self._clock()
        if self._is_connected():
            self._last_connected = now
        if now - self._last_connected > GONE_SECONDS or now - self._last_sign > IDLE_SECONDS:
            self.delete_all()

    def uploaded(self, name: str, data: bytes) -> Given:
        """Take a file; what is too large for one is let go and keeps its place, with the reason."""
        once = Once(UploadSource(name, data))
        try:
            once.read(self._services.limits)  # now, so that its bytes count
        except Rejected as error:
            log.info("upload_rejected code=%s", error.code)
        return Given(source=once)

    def fetched(self, url: str) -> Given:
        """Take an address; it is fetched once the film is on a form or in a run."""
        source = UrlSource(url, self._services.fetcher)
        return Given(source=Once(source, self._admit), is_fetched=True)

    @property
    def forms(self) -> Forms:
        """The reader's forms: that of each session under its id, that for a new one under `NEW`."""
        return self._forms

    @property
    def sessions(self) -> tuple[PatientSession, ...]:
        """All sessions, the newest first."""
        with self._lock:
            return tuple(reversed(self._sessions.values()))

    def session(self, id_: str) -> PatientSession | None:
        """Return a session, or None where it was deleted."""
        with self._lock:
            return self._sessions.get(id_)

    def start(self, name: str) -> str:
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
                films=self._forms.take(NEW),
            )
            self._sessions[session.id] = session
            self._ensure_run(session.id)
        return session.id

    def extend(self, id_: str) -> None:
        """Add the films on a session's own form to it, and classify them."""
        with self._lock:
            if id_ not in self._sessions:
                return
            films = self._forms.take(id_)
            self._sessions[id_] = self._sessions[id_].with_films(films)
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
        self._forms.take(id_)
        if run is not None:
            run.cancel()

    def delete_all(self) -> None:
        """Free everything."""
        self._forms.take(NEW)
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
            self._services,
            own=self._own_runs,
            waiting=lambda: self._waiting(id_),
            take=lambda outcome: self._keep(id_, outcome),
        )

    def _waiting(self, id_: str) -> PatientSession | None:
        """Tell a run what is left; where nothing is, it is off the desk in the same moment."""
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

    def _n_films(self, id_: str) -> int:
        session = self.session(id_)
        return len(session.films) if session else 0

    def _n_bytes(self) -> int:
        return sum(count_bytes(session.films) for session in self.sessions)

    def _admit(self, n_bytes: int) -> None:
        """Refuse bytes for which the reader's budget has no room."""
        with self._lock:
            if self._forms.n_bytes + n_bytes > MAX_BYTES:
                raise Rejected(Code.SESSION_FULL, max=MAX_BYTES // MIB)
