"""A run: a session's films on their way through the model, in a thread of their own."""

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from cxr_app.decoding.pool import Decoder
from cxr_app.expiry import Sweeper
from cxr_app.fair_queue import FairQueue
from cxr_app.fetch.client import Fetcher
from cxr_app.limits import Limits
from cxr_app.prediction import Prediction

__all__ = ["MAX_RUNS", "Run", "Services"]

log = logging.getLogger(__name__)

MAX_RUNS: Final = 20  # of all readers at once; each holds a few films in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What all readers share.

    Attributes
    ----------
    prediction : Prediction
        With an engine that may be called from many threads.
    fetcher : Fetcher
    limits : Limits
    runs : FairQueue
        At most `MAX_RUNS` runs at once, the others wait.
    decoder : Decoder
        For runs and forms together.
    sweeper : Sweeper
        Frees what readers have left behind.
    id : str
        Random; another one after a restart of the program.
    """

    prediction: Prediction
    fetcher: Fetcher
    limits: Limits
    runs: FairQueue
    decoder: Decoder
    sweeper: Sweeper
    id: str = field(default_factory=lambda: secrets.token_hex(4))


class Run:
    """Work that goes on in the background once its turn has come.

    Nothing of a page is needed while it goes on: a click, a rerun or a lost connection costs
    nothing.

    Parameters
    ----------
    work : callable (Run) -> None
        Ends early once `is_cancelled`.
    own, shared : FairQueue
        Waited for in this order: that of the reader alone, so that one reader does not fill the
        queue of all, then that of all.
    """

    def __init__(self, work: Callable[["Run"], None], *, own: FairQueue, shared: FairQueue) -> None:
        self._work = work
        self._own = own
        self._shared = shared
        self._stop = threading.Event()
        self.incident: str | None = None
        """Number of a failure that ended it; a bug by definition."""
        self._thread = threading.Thread(target=self._go, name="run", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return not self._thread.is_alive()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody has asked it to stop."""
        return self._stop.is_set()

    @property
    def place(self) -> int:
        """How many runs of other readers end before this one begins; 0 while it goes on."""
        return self._shared.place(self._stop)

    @property
    def own_place(self) -> int:
        """How many runs of the same reader end before it begins."""
        return self._own.place(self._stop)

    def cancel(self) -> None:
        """Ask it to stop: what is finished stays, the rest is recorded as cancelled."""
        self._stop.set()

    def join(self, seconds: float) -> None:
        """Wait for its end, but no longer than this."""
        self._thread.join(seconds)

    def _go(self) -> None:
        try:
            with self._own.turn(self._stop), self._shared.turn(self._stop):
                self._work(self)
        except Exception as error:  # noqa: BLE001 - the edge of a thread: nobody else would hear
            self.incident = secrets.token_hex(4)
            # The type alone: a library's text may quote what the reader gave.
            log.error("run_failed incident=%s type=%s", self.incident, type(error).__name__)
