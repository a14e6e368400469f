"""First come, first served: a semaphore whose waiters know their place."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["FairQueue"]

LOOK_SECONDS: Final = 0.2  # how often a waiter looks whether its turn is still wanted


class FairQueue:
    """A queue in which at most so many have their turn at once. Safe to use from several threads.

    Parameters
    ----------
    at_once : int
        How many have their turn at once, 1 or more.
    """

    def __init__(self, at_once: int) -> None:
        if at_once < 1:
            raise ValueError(f"at_once must be 1 or more. Got {at_once} instead.")
        self._at_once = at_once
        self._tickets: list[threading.Event] = []
        self._moved = threading.Condition()

    @contextmanager
    def turn(self, stop: threading.Event) -> Iterator[None]:
        """Wait for a turn and have it.

        Parameters
        ----------
        stop : Event
            The waiter's own, by which `place` knows it; once it is set, the waiter goes through
            without a turn, to end early.
        """
        with self._moved:
            self._tickets.append(stop)
            while self.place(stop) > 0 and not stop.is_set():
                self._moved.wait(LOOK_SECONDS)
        try:
            yield
        finally:
            with self._moved:
                self._tickets.remove(stop)
                self._moved.notify_all()

    def place(self, stop: threading.Event) -> int:
        """Tell how many turns must end before this waiter's begins; 0 for one that has its turn."""
        with self._moved:
            if stop not in self._tickets:
                return 0
            return max(0, self._tickets.index(stop) - self._at_once + 1)
