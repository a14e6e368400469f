"""Films that wait on a form: fetched, looked at once, taken off again, or handed on."""

import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import CxrError, Rejected
from cxr_app.imaging.decode import decode
from cxr_app.imaging.thumbnail import make_thumbnail
from cxr_app.limits import MIB
from cxr_app.pipeline import attempt
from cxr_app.runs import Services
from cxr_app.sessions import Given

__all__ = ["MAX_BYTES", "MAX_FETCHED", "MAX_FILMS", "DraftFilm", "Forms", "Look", "count_bytes"]

MAX_FILMS: Final = 100  # of one session: a morning's list, twice
MAX_BYTES: Final = 512 * MIB  # of one reader: twenty readers must fit a small server
MAX_FETCHED: Final = 50  # of one form: one screen
READERS: Final = 4  # films that are fetched at once
LOOKERS: Final = 2
PREVIEW_SIDE: Final = 256  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a first look at a film found.

    Attributes
    ----------
    picture : bytes or None
        Small JPEG; None where there is none.
    problem : Rejected or None
        Why there is none.
    """

    picture: bytes | None = field(default=None, repr=False)
    problem: Rejected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFilm:
    """A film on a form.

    Attributes
    ----------
    id : str
        Random.
    given : Given
    look : Look or None
        None while it is being fetched or read.
    """

    id: str
    given: Given
    look: Look | None = None


class Forms:
    """One reader's forms, each by its name; may be used from several threads.

    There is one form for each session that takes more films and one for a new session, so that
    films meant for one patient never turn up under another.

    Parameters
    ----------
    services : Services
    lock : RLock
        The desk's own: with one of its own, two threads could wait for each other.
    in_session : callable (form: str) -> int
        How many films the form's session has already; 0 where there is none.
    n_bytes_elsewhere : callable () -> int
        How many bytes of the reader's budget lie elsewhere.
    """

    def __init__(
        self,
        services: Services,
        lock: threading.RLock,
        *,
        in_session: Callable[[str], int],
        n_bytes_elsewhere: Callable[[], int],
    ) -> None:
        self._limits = services.limits
        self._decoding = services.decoding
        self._in_session = in_session
        self._n_bytes_elsewhere = n_bytes_elsewhere
        self._lock = lock
        self._drafts: dict[str, dict[str, DraftFilm]] = {}
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._lookers = ThreadPoolExecutor(LOOKERS, thread_name_prefix="look")

    def films(self, form: str) -> tuple[DraftFilm, ...]:
        """Films that wait on a form, in the order in which they came."""
        with self._lock:
            return tuple(self._drafts.get(form, {}).values())

    def add(self, form: str, films: Sequence[Given]) -> tuple[str, ...]:
        """Put films on a form and begin to read them.

        Returns
        -------
        tuple of str
            Their ids.

        Raises
        ------
        CxrError
            `too_many_items` or `session_full`; nothing is added then.
        """
        drafted = {film.id: film for film in (_drafted(given) for given in films)}
        with self._lock:
            there = [film.given for film in self.films(form)]
            if len(there) + self._in_session(form) + len(drafted) > MAX_FILMS:
                raise CxrError(Code.TOO_MANY_ITEMS, max=f"{MAX_FILMS} films")
            if sum(film.is_fetched for film in (*there, *films)) > MAX_FETCHED:
                raise CxrError(Code.TOO_MANY_ITEMS, max=f"{MAX_FETCHED} addresses")
            if self.n_bytes + count_bytes(films) > MAX_BYTES:
                raise CxrError(Code.SESSION_FULL, max=MAX_BYTES // MIB)
            self._drafts.setdefault(form, {}).update(drafted)
        for id_ in drafted:
            self._readers.submit(self._read, form, id_)
        return tuple(drafted)

    def remove(self, form: str, ids: Iterable[str]) -> None:
        """Take films off a form; an unknown id is passed over."""
        with self._lock:
            for one in ids:
                self._drafts.get(form, {}).pop(one, None)

    def take(self, form: str) -> tuple[Given, ...]:
        """Hand a form's films on and leave it empty."""
        with self._lock:
            return tuple(film.given for film in self._drafts.pop(form, {}).values())

    def _read(self, form: str, id_: str) -> None:
        """Fetch a film; once it is there it is looked at by others than those who fetch."""
        film = self._find(form, id_)
        if film is None:
            return
        data = attempt(lambda: film.given.source.read(self._limits))
        if isinstance(data, Rejected):
            self._found(form, id_, Look(problem=data))
        else:
            self._lookers.submit(self._look, form, id_)

    def _look(self, form: str, id_: str) -> None:
        film = self._find(form, id_)
        if film is None:
            return
        with self._decoding.turn():
            picture = attempt(lambda: self._make_small(film.given))
        found = Look(problem=picture) if isinstance(picture, Rejected) else Look(picture=picture)
        self._found(form, id_, found)

    def _make_small(self, given: Given) -> bytes:
        film = decode(given.source.read(self._limits), self._limits)
        return make_thumbnail(film, side_px=PREVIEW_SIDE)

    def _find(self, form: str, id_: str) -> DraftFilm | None:
        with self._lock:
            return self._drafts.get(form, {}).get(id_)

    def _found(self, form: str, id_: str, look: Look) -> None:
        with self._lock:
            draft = self._drafts.get(form, {})
            if id_ in draft:
                draft[id_] = replace(draft[id_], look=look)

    @property
    def n_bytes(self) -> int:
        """How many bytes of the reader's budget are used, elsewhere too."""
        held = [film.given for draft in self._drafts.values() for film in draft.values()]
        return count_bytes(held) + self._n_bytes_elsewhere()


def count_bytes(films: Iterable[Given]) -> int:
    """Count the bytes that films hold in memory."""
    return sum(film.source.n_bytes for film in films)


def _drafted(given: Given) -> DraftFilm:
    return DraftFilm(id=secrets.token_hex(8), given=given)
