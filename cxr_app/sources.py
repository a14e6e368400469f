"""What a user points at, to bytes: a file, a folder, an upload, an address."""

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.fetch.redaction import shown_url
from cxr_app.limits import MIB, Limits

__all__ = [
    "EmptyFolder",
    "Fetches",
    "FileSource",
    "Source",
    "UploadSource",
    "UrlSource",
    "find_sources",
]

MAX_FOLDER_DEPTH: Final = 32

_URL: Final = re.compile("[A-Za-z]+://")


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
            `not_found`, `no_access`, `too_large_bytes`, `empty`, or a code that begins with `url_`.
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
class EmptyFolder:
    """A folder without a file, which gets its record as any source does."""

    name: str

    def read(self, limits: Limits) -> bytes:  # noqa: ARG002  # as every source
        """Refuse; see `Source.read`."""
        raise Rejected(Code.NOT_FOUND)


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


class Fetches(Protocol):
    """What gets the bytes behind an address; `cxr_app.fetch.client.Fetcher` does."""

    def fetch(self, text: str, limits: Limits) -> bytes:
        """Fetch a picture, or raise `Rejected`."""


@dataclass(frozen=True, slots=True)
class UrlSource:
    """A picture at an address that a user typed; each `read` fetches it anew.

    Attributes
    ----------
    text : str
        As typed. It may hold a password, so it is nowhere shown.
    fetcher : Fetches
    """

    text: str = field(repr=False)
    fetcher: Fetches = field(repr=False)

    @property
    def name(self) -> str:
        """The address without what may be a secret."""
        return shown_url(self.text)

    def read(self, limits: Limits) -> bytes:
        """See `Source.read`."""
        return self.fetcher.fetch(self.text, limits)


# On Windows a file opened without it ends at the first byte 26.
_BINARY: Final = getattr(os, "O_BINARY", 0)


def find_sources(
    given: list[str],
    *,
    leave_out: Path | None = None,
    open_fetcher: Callable[[], Fetches] | None = None,
) -> Iterator[Source]:
    """Find the sources behind what a user typed, one after the other.

    What begins with letters and ``://`` is an address. A folder stands for every file below it,
    sorted by name, hidden ones aside. Links to folders are not followed, so no loop is possible.

    Parameters
    ----------
    given : list of str
        Files, folders and addresses.
    leave_out : Path, optional
        The program's own output, which is never read.
    open_fetcher : callable () -> Fetches, optional
        Called when an address is met: a run without one does not wait for the libraries that
        fetch. Without it an address is a path like any other.
    """
    for text in given:
        path = Path(text)
        if open_fetcher is not None and _is_address(text):
            yield UrlSource(text.strip(), open_fetcher())
        # Unlike Path.is_dir this is False, not an error, for a name that no file can have.
        elif os.path.isdir(text):  # noqa: PTH112
            shown = text.rstrip("/" + os.sep) or text
            is_empty = True
            for source in _below(path, shown, leave_out, depth=1):
                is_empty = False
                yield source
            if is_empty:
                yield EmptyFolder(shown)
        else:
            yield FileSource(path, text)


def _is_address(text: str) -> bool:
    """Tell an address from a path; one that lacks its https:// is told so by the fetcher."""
    typed = text.strip().lower()
    return bool(_URL.match(typed)) or (typed.startswith("www.") and not os.path.lexists(text))


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
