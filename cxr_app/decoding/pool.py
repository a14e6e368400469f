"""Decoder processes that are kept ready, and replaced when they die."""

import json
import mmap
import os
import queue
import signal
import subprocess
import sys
import weakref
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import asdict
from multiprocessing import Pipe
from pathlib import Path
from typing import Final, Protocol, TypeVar

from cxr_app.codes import Code
from cxr_app.decoding import wire
from cxr_app.errors import Rejected
from cxr_app.imaging.film import Film
from cxr_app.imaging.stored import StoredFilm
from cxr_app.limits import Limits

__all__ = ["Decoder", "DecoderPool"]

DECODERS: Final = min(2, os.cpu_count() or 1)
MOST_FILMS: Final = 500  # of one process: what a library loses of memory stays small
READY_SECONDS: Final = 60.0
KEPT_BYTES: Final = 2**20  # of shared memory; what a film took beyond is given back
SAMPLE_BYTES: Final = 2  # of the deepest stored value
BLOCK_BYTES: Final = 512  # of `st_blocks`, whatever the file system's own
_ROOT: Final = Path(__file__).resolve().parents[2]


T = TypeVar("T")


class Decoder(Protocol):
    """Makes films of files."""

    def decode(self, data: bytes) -> Film:
        """Decode one file; may be called from several threads.

        Raises
        ------
        Rejected
            As `cxr_app.imaging.decode.decode`; `decode_timeout` and `worker_died` too.
        """

    def stored(self, data: bytes) -> StoredFilm:
        """Give the values that a file stores, for a viewer; refuses as `decode` does."""


class DecoderPool:
    """Processes that decode strangers' files, so that no file can harm more than itself.

    Parameters
    ----------
    limits : Limits
    n_processes : int
        How many files are decoded at once.
    """

    def __init__(self, limits: Limits, n_processes: int = DECODERS) -> None:
        self._limits = limits
        self._idle: queue.SimpleQueue[_Worker | None] = queue.SimpleQueue()
        # Also where nobody closes the pool: a page drops it when its model changes.
        self._end = weakref.finalize(self, _end, self._idle)
        for _ in range(n_processes):  # they start and warm up side by side
            self._idle.put(_Worker(limits))

    def decode(self, data: bytes) -> Film:
        """See `Decoder.decode`."""
        return self._asked(wire.FILM, data, wire.read)

    def stored(self, data: bytes) -> StoredFilm:
        """See `Decoder.stored`."""
        return self._asked(wire.STORED, data, wire.read_stored)

    def _asked(self, wish: bytes, data: bytes, read: Callable[[bytes, mmap.mmap], T]) -> T:
        if len(data) > self._limits.max_bytes:  # not worth a copy
            raise Rejected(Code.TOO_LARGE_BYTES, max=f"{self._limits.max_bytes / 2**20:.3g}")
        worker = self._idle.get()
        try:
            if worker is None or not worker.is_fit:
                if worker is not None:
                    worker.close()
                worker = None  # should the start of another one fail, the place is not lost
                worker = _Worker(self._limits)
            try:
                return worker.ask(wish, data, read)
            except Rejected as error:
                if error.code is not Code.WORKER_DIED or not worker.died_of_something_else:
                    raise
            # What an earlier file has left in its memory may have killed it, or it never came to
            # this one: it is asked once more, of a process that has seen no other.
            worker.close()
            worker = None
            worker = _Worker(self._limits)
            return worker.ask(wish, data, read)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End the processes; a file that is being decoded loses its own."""
        self._end()


class _Worker:
    """One process, and the memory that it shares."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.films = 0
        self._is_ready = False
        self._size = max(SAMPLE_BYTES * limits.max_pixels, limits.max_bytes)
        with ExitStack() as undone:
            self._fd = wire.open_memory(self._size)
            undone.callback(os.close, self._fd)
            self._memory = undone.enter_context(closing(mmap.mmap(self._fd, self._size)))
            self._parent, child = Pipe()
            undone.enter_context(closing(self._parent))
            with closing(child):
                self._process = _start(limits, child.fileno(), self._fd)
            undone.pop_all()

    @property
    def is_fit(self) -> bool:
        """Whether it lives and has not served too long."""
        return self.is_alive and self.films < MOST_FILMS

    @property
    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self._process.poll() is None

    @property
    def died_of_something_else(self) -> bool:
        """Whether it is dead and the file that it had last need not be why."""
        return not self.is_alive and (self.films > 1 or not self._is_ready)

    def ask(self, wish: bytes, data: bytes, read: Callable[[bytes, mmap.mmap], T]) -> T:
        """Have one file decoded; whatever happens to the process is a code."""
        self.films += 1
        try:
            if not self._is_ready:
                self._await(READY_SECONDS)
                self._is_ready = True
            # The file goes through shared memory: a pipe that is not emptied would hold us up.
            self._memory[: len(data)] = data
            self._parent.send_bytes(wire.request(wish, len(data)))
            found = read(self._await(2.0 * self._limits.decode_seconds), self._memory)
        except (OSError, EOFError, ValueError, TypeError, KeyError) as error:
            code = self._how_it_ended()
            raise Rejected(code, seconds=2 * self._limits.decode_seconds) from error
        if os.fstat(self._fd).st_blocks * BLOCK_BYTES > KEPT_BYTES:
            os.ftruncate(self._fd, 0)
            os.ftruncate(self._fd, self._size)
        return found

    def _await(self, seconds: float) -> bytes:
        if not self._parent.poll(seconds):
            raise TimeoutError
        return self._parent.recv_bytes(2**20)

    def _how_it_ended(self) -> Code:
        """End the process, and say whether time ran out: by our clock or by its own."""
        try:
            ended = self._process.wait(0.2)  # a process that dies closes its pipe first
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return Code.DECODE_TIMEOUT
        return Code.DECODE_TIMEOUT if ended == -signal.SIGXCPU else Code.WORKER_DIED

    def close(self) -> None:
        """End the process and free what is shared."""
        self._parent.close()
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._memory.close()
        os.close(self._fd)


def _end(idle: "queue.SimpleQueue[_Worker | None]") -> None:
    while not idle.empty():
        if (worker := idle.get()) is not None:
            worker.close()


def _start(limits: Limits, pipe: int, memory: int) -> subprocess.Popen[bytes]:
    # -P: no module is taken from the folder in which the program was started.
    command = [sys.executable, "-P", "-m", "cxr_app.decoding", str(pipe), str(memory)]
    return subprocess.Popen(  # noqa: S603 - our own program
        [*command, json.dumps(asdict(limits))],
        pass_fds=(pipe, memory),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # libraries print there, and may quote a file
        stderr=subprocess.DEVNULL,
        env=_environment(),
        start_new_session=True,  # Ctrl-C is the parent's to answer
    )


def _environment() -> dict[str, str]:
    """Tell a process where the program is, and nothing of what the parent's environment holds."""
    return {
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",  # each thread would take address space
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "1",
    }
