"""First come, first served: whoever shares something waits in one line for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["Line"]

LOOK_SECONDS: Final = 0.2  # how often somebody who waits asks whether the turn is still wanted


class Line:
    """A line in which at most so many have their turn at once.

    May be used from several threads; that is what it is for.

    Parameters
    ----------
    abreast : int
        How many have their turn at once, 1 or more.
    """

    def __init__(self, abreast: int) -> None:
        if abreast < 1:
            raise ValueError(f"abreast must be 1 or more. Got {abreast} instead.")
        self._abreast = abreast
        self._tickets: list[object] = []
        self._moved = threading.Condition()

    @contextmanager
    def turn(
        self,
        *,
        told: Callable[[int], None] = lambda _: None,
        is_unwanted: Callable[[], bool] = lambda: False,
    ) -> Iterator[None]:
        """Wait for a turn and have it.

        Parameters
        ----------
        told : callable (place: int) -> None
            Hears how many stand before, the one who waits included, each time that this changes;
            0 once it is the own turn.
        is_unwanted : callable () -> bool
            Asked now and then while waiting; True goes through without a turn, to end early.
        """
        ticket = object()
        with self._moved:
            self._tickets.append(ticket)
        try:
            with self._moved:
                last = None
                while (place := self._place(ticket)) > 0 and not is_unwanted():
                    if place != last:
                        told(place)
                        last = place
                    self._moved.wait(LOOK_SECONDS)
            told(0)
            yield
        finally:
            with self._moved:
                self._tickets.remove(ticket)
                self._moved.notify_all()

    def _place(self, ticket: object) -> int:
        return max(0, self._tickets.index(ticket) - self._abreast + 1)
