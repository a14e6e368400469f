"""Who may ask a server now: few at once, and fewer of one host."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from cxr_app.fetch.clocks import Clocks

__all__ = ["Turns"]


class Turns:
    """Lets requests go on a few at a time. May be used from several threads.

    A request holds nothing while it waits, so no two can wait for each other.

    Parameters
    ----------
    at_once, per_host : int
        Most requests under way, in all and to one host.
    """

    def __init__(self, *, at_once: int, per_host: int) -> None:
        self._at_once = at_once
        self._per_host = per_host
        self._changed = threading.Condition()
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def turn(self, host: str, clocks: Clocks) -> Iterator[None]:
        """Wait for a turn, with the clocks stopped, and hold it."""
        with clocks.stopped():
            self._enter(host)
        try:
            yield
        finally:
            self._leave(host)

    def _enter(self, host: str) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_free(host))
            self._under_way[host] += 1

    def _leave(self, host: str) -> None:
        with self._changed:
            self._under_way -= Counter([host])  # which forgets hosts that nobody asks
            self._changed.notify_all()

    def _is_free(self, host: str) -> bool:
        return self._under_way.total() < self._at_once and self._under_way[host] < self._per_host
