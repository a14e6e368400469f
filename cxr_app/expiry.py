"""Frees what readers have left behind."""

import threading
import time
import weakref
from typing import Final, Protocol

__all__ = ["Leavable", "Sweeper"]

SWEEP_SECONDS: Final = 15.0


class Leavable(Protocol):
    """Something of one reader that is freed when the reader has gone."""

    def free_if_left(self) -> None:
        """Look whether the reader has gone; may be called at any time, from any thread."""


class Sweeper:
    """One thread that looks at every workspace now and then.

    It keeps none of them in memory.
    """

    def __init__(self, every_seconds: float = SWEEP_SECONDS) -> None:
        self._watched: weakref.WeakSet[Leavable] = weakref.WeakSet()
        self._lock = threading.Lock()
        thread = threading.Thread(
            target=_sweep_for_ever, args=(weakref.ref(self), every_seconds), daemon=True
        )
        thread.start()

    def watch(self, one: Leavable) -> None:
        """Look at this one too, as long as it is there."""
        with self._lock:
            self._watched.add(one)

    def sweep(self) -> None:
        """Look at each."""
        with self._lock:
            watched = list(self._watched)
        for one in watched:
            one.free_if_left()


def _sweep_for_ever(sweeper: "weakref.ref[Sweeper]", every_seconds: float) -> None:
    while (found := sweeper()) is not None:
        found.sweep()
        del found  # while it sleeps nothing holds the sweeper
        time.sleep(every_seconds)
