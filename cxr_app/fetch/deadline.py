"""Class `Deadline`: the end of one fetch, whatever its server does."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from cxr_app.codes import Code
from cxr_app.errors import Rejected

__all__ = ["Deadline", "timeout"]


class Deadline:
    """When one fetch must be over, all its redirects included.

    A socket's own timeout starts again with every byte, so a server that sends one now and then
    would never be too slow for it. This shuts the connection down in time, whoever waits on it.

    Parameters
    ----------
    seconds : float
        From now.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, or raise `url_timeout` where none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> Rejected:
        """Say that the time is over: `url_timeout`."""
        return timeout(self._seconds)

    @contextmanager
    def watch(self, find: Callable[[], socket.socket | None]) -> Iterator[None]:
        """Shut the socket down that is found at the deadline, and raise `url_timeout` then."""
        timer = threading.Timer(self.left(), _shut_down, [find])
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception:
            if time.monotonic() >= self._end:
                raise self.passed() from None
            raise
        finally:
            timer.cancel()
        self.left()  # a body without a declared length just seems to end there


def timeout(seconds: float) -> Rejected:
    """Say that a server took longer than it may: `url_timeout`."""
    return Rejected(Code.URL_TIMEOUT, seconds=f"{seconds:g}")


def _shut_down(find: Callable[[], socket.socket | None]) -> None:
    found = find()
    if found is not None:
        with suppress(OSError):  # it may be closed by now
            # Not TLS's own, which takes its state away from the thread that reads.
            socket.socket.shutdown(found, socket.SHUT_RDWR)
