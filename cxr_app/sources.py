"""What a user points at, to bytes: a file, a folder, an upload."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.limits import MIB, Limits

__all__ = ["FileSource", "Source", "UploadSource", "find_sources"]

MAX_FOLDER_DEPTH: Final = 32


class Source(Protocol):
    """One thing that gets one record."""

    @property
    def name(self) -> str:
        """What the record echoes."""

    def read(self, limits: Limits) -> bytes:
        """Get the bytes.

        Raises
        ------
        Rejected
            `not_found`, `no_access` or `too_large_bytes`.
        """


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file on this machine.

    Attributes
    ----------
    path : Path
    name : str
        As the user named it, or the folder as given / the path below it.
    """

    path: Path
    name: str

    def read(self, limits: Limits) -> bytes:
        """See `Source.read`."""
        try:
            # Not blocking: opening a pipe for reading would wait for a writer, perhaps for ever.
            handle = os.open(self.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
        except FileNotFoundError:
            raise Rejected(Code.NOT_FOUND) from None
        except (OSError, ValueError):
            raise Rejected(Code.NO_ACCESS) from None
        try:
            with os.fdopen(handle, "rb") as stream:
                facts = os.fstat(stream.fileno())
                if not stat.S_ISREG(facts.st_mode):
                    raise Rejected(Code.NO_ACCESS)
                _check(facts.st_size, limits)
                # One byte more than allowed: the file may have grown since.
                data = stream.read(limits.max_bytes + 1)
        except OSError:
            raise Rejected(Code.NO_ACCESS) from None
        _check(len(data), limits)
        return data


@dataclass(frozen=True, slots=True)
class UploadSource:
    """Bytes that a browser sent.

    Attributes
    ----------
    name : str
        As the browser named the file; shown, never used as a path.
    data : bytes
    """

    name: str
    data: bytes

    def read(self, limits: Limits) -> bytes:
        """See `Source.read`."""
        _check(len(self.data), limits)
        return self.data


# On Windows a file opened without it ends at the first byte 26.
_BINARY: Final = getattr(os, "O_BINARY", 0)


def find_sources(given: list[str], *, leave_out: Path | None = None) -> Iterator[Source]:
    """Find the sources behind what a user typed, one after the other.

    A folder stands for every file below it, sorted by name, hidden ones aside. Links to folders
    are not followed, so no loop is possible.

    Parameters
    ----------
    given : list of str
        Files and folders.
    leave_out : Path, optional
        The program's own output, which is never read.
    """
    for text in given:
        path = Path(text)
        # Unlike Path.is_dir this is False, not an error, for a name that no file can have.
        if os.path.isdir(text):  # noqa: PTH112
            shown = text.rstrip("/" + os.sep) or text
            yield from _below(path, shown, leave_out, depth=1)
        else:
            yield FileSource(path, text)


def _below(folder: Path, shown: str, leave_out: Path | None, *, depth: int) -> Iterator[Source]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        # It gets a record, as a file in it would: nothing is passed over in silence.
        yield FileSource(folder, shown)
        return
    for entry in entries:
        name = f"{shown}/{entry.name}"
        path = Path(entry.path)
        is_output = leave_out is not None and path.resolve() == leave_out.resolve()
        if entry.name.startswith(".") or is_output:
            continue
        if entry.is_dir(follow_symlinks=False) and depth < MAX_FOLDER_DEPTH:
            yield from _below(path, name, leave_out, depth=depth + 1)
        elif not (entry.is_symlink() and path.is_dir()):
            yield FileSource(path, name)


def _check(size: int, limits: Limits) -> None:
    if size > limits.max_bytes:
        raise Rejected(Code.TOO_LARGE_BYTES, max=f"{limits.max_bytes / MIB:.3g}")
