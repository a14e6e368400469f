"""A run: a session's films on their way through the model, in a thread of their own."""

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cxr_app.fetch.client import Fetcher
from cxr_app.idle import Sweeper
from cxr_app.limits import Limits
from cxr_app.line import Line
from cxr_app.prediction import Prediction
from cxr_app.sessions import Outcome, PatientSession, classify_waiting

__all__ = ["MAX_RUNS", "Run", "Services"]

log = logging.getLogger(__name__)

MAX_RUNS: Final = 20  # of all readers at once; each holds a few decoded films in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What all readers share.

    Attributes
    ----------
    prediction : Prediction
        With an engine that may be called from many threads.
    fetcher : Fetcher
    limits : Limits
    runs : Line
        In front of the engine: at most `MAX_RUNS` runs abreast, the others wait.
    sweeper : Sweeper
        Frees what readers have left behind.
    decoding : Line
        In front of the decoder, for runs and for the small pictures of forms.
    """

    prediction: Prediction
    fetcher: Fetcher
    limits: Limits
    runs: Line
    decoding: Line
    sweeper: Sweeper


class Run:
    """Classifies what waits in a session, and ends when all of it has an outcome.

    Nothing of a page is needed while it goes on: a click, a rerun or a lost connection costs
    nothing.

    Parameters
    ----------
    services : Services
    own : Line
        In front of the runs of this reader alone, so that one reader does not fill the line of all.
    waiting : callable () -> PatientSession or None
        Asked for the session as far as it came; None where nothing of it waits, which ends the run.
    take : callable (Outcome) -> None
        Hears of each outcome, in the thread of the run.
    """

    def __init__(
        self,
        services: Services,
        *,
        own: Line,
        waiting: Callable[[], PatientSession | None],
        take: Callable[[Outcome], None],
    ) -> None:
        self._services = services
        self._own = own
        self._waiting = waiting
        self._take = take
        self._cancelled = threading.Event()
        self._place = 0
        self._own_place = 0
        self._incident: str | None = None
        self._thread = threading.Thread(target=self._go, name="run", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return not self._thread.is_alive()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody has asked it to stop."""
        return self._cancelled.is_set()

    @property
    def place(self) -> int:
        """How many runs of other readers stand before this one's turn; 0 while it goes on."""
        return self._place

    @property
    def own_place(self) -> int:
        """How many runs of the same reader stand before it."""
        return self._own_place

    @property
    def incident(self) -> str | None:
        """Number of a failure that ended it; a bug by definition."""
        return self._incident

    def cancel(self) -> None:
        """Ask it to stop: what is finished stays, the rest is recorded as cancelled."""
        self._cancelled.set()

    def join(self, seconds: float) -> None:
        """Wait for its end, but no longer than this."""
        self._thread.join(seconds)

    def _go(self) -> None:
        is_cancelled = self._cancelled.is_set
        try:
            with (
                self._own.turn(told=self._wait_for_own, is_unwanted=is_cancelled),
                self._services.runs.turn(told=self._wait, is_unwanted=is_cancelled),
            ):
                while (session := self._waiting()) is not None:
                    self._classify(session)
        except Exception as error:  # noqa: BLE001 - the edge of a thread: nobody else would hear
            self._incident = secrets.token_hex(4)
            # The type alone: a library's text may quote what the reader gave.
            log.error("run_failed incident=%s type=%s", self._incident, type(error).__name__)

    def _classify(self, session: PatientSession) -> None:
        for outcome in classify_waiting(
            session,
            self._services.prediction,
            limits=self._services.limits,
            decoding=self._services.decoding,
            is_cancelled=self._cancelled.is_set,
        ):
            self._take(outcome)

    def _wait(self, place: int) -> None:
        self._place = place

    def _wait_for_own(self, place: int) -> None:
        self._own_place = place
