"""The three clocks of one fetch: connection, silence, and the total."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.fetch.rules import FetchRules

__all__ = ["Clocks"]


class Clocks:
    """Says before every wait how long it may last.

    A library's own timeout begins anew with each byte, so a server that sends one now and then is
    never too slow for it. Here each wait is cut to what is left of the total.

    Parameters
    ----------
    rules : FetchRules
    clock : callable () -> float
        Seconds that never run backwards.
    """

    def __init__(self, rules: FetchRules, clock: Callable[[], float]) -> None:
        self._rules = rules
        self._clock = clock
        self._end = clock() + rules.total_seconds

    def now(self) -> float:
        """Seconds of the clock."""
        return self._clock()

    def total(self) -> float:
        """Seconds that are left of the whole fetch.

        Raises
        ------
        Rejected
            `url_timeout` where none are.
        """
        left = self._end - self._clock()
        if left <= 0:
            raise self._slow(self._rules.total_seconds)
        return left

    def connection(self, *, since: float) -> float:
        """Seconds that are left for a connection begun at a time of this clock."""
        left = since + self._rules.connect_seconds - self._clock()
        if left <= 0:
            raise self._slow(self._rules.connect_seconds)
        return min(left, self.total())

    def silence(self) -> float:
        """Seconds in which the next byte must come."""
        return min(self._rules.silence_seconds, self.total())

    def ran_out(self, *, connecting: bool = False) -> Rejected:
        """Say that a wait lasted as long as it may: `url_timeout` with the seconds of its clock."""
        if self._clock() >= self._end:
            return self._slow(self._rules.total_seconds)
        if connecting:
            return self._slow(self._rules.connect_seconds)
        return self._slow(self._rules.silence_seconds)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let no time pass: it is not the server that we wait for."""
        began = self._clock()
        try:
            yield
        finally:
            self._end += self._clock() - began

    def _slow(self, seconds: float) -> Rejected:
        return Rejected(Code.URL_TIMEOUT, seconds=f"{seconds:g}")
