"""One engine for many readers: its callers wait in a queue."""

import threading

import numpy as np
from numpy.typing import NDArray

from cxr_app.engine.base import Engine, Outputs
from cxr_app.fair_queue import FairQueue

__all__ = ["QueuedEngine"]


class QueuedEngine:
    """An engine that answers one call after the other, in the order in which they came.

    A network already takes every core for one film, so two at once would only make both late, and
    a batch of a hundred films would stand in everybody's way. As each run asks for one film at a
    time, runs that go on together share the engine evenly.
    """

    def __init__(self, engine: Engine) -> None:
        self.name = engine.name
        self.precision = engine.precision
        self._engine = engine
        self._queue = FairQueue(1)

    def run(self, inputs: NDArray[np.uint8]) -> Outputs:
        """See `cxr_app.engine.base.Engine.run`."""
        with self._queue.turn(threading.Event()):
            return self._engine.run(inputs)
