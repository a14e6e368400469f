"""Films that wait on a form, before anything was asked of the model."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import CxrError, Rejected
from cxr_app.limits import MIB
from cxr_app.sessions import Given

__all__ = [
    "MAX_BYTES",
    "MAX_FETCHED",
    "MAX_FILMS",
    "DraftFilm",
    "Look",
    "check_room",
    "count_bytes",
]

MAX_FILMS: Final = 100  # of one session: a morning's list, twice
MAX_BYTES: Final = 512 * MIB  # of one reader's files: twenty readers must fit a small server
MAX_FETCHED: Final = 50  # of one form: one screen


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


def check_room(
    there: Sequence[Given], new: Sequence[Given], *, n_in_session: int, n_bytes: int
) -> None:
    """Refuse films for which a form, its session or the reader's memory has no room.

    Parameters
    ----------
    there, new : sequence of Given
        On the form already, and those to be added.
    n_in_session : int
        Films that the form's session has already.
    n_bytes : int
        Bytes that the reader's films hold already.

    Raises
    ------
    CxrError
        `too_many_items` or `session_full`.
    """
    if len(there) + n_in_session + len(new) > MAX_FILMS:
        raise CxrError(Code.TOO_MANY_ITEMS, max=f"{MAX_FILMS} films")
    if sum(film.is_fetched for film in (*there, *new)) > MAX_FETCHED:
        raise CxrError(Code.TOO_MANY_ITEMS, max=f"{MAX_FETCHED} addresses")
    if n_bytes + count_bytes(new) > MAX_BYTES:
        raise CxrError(Code.SESSION_FULL, max=MAX_BYTES // MIB)


def count_bytes(films: Iterable[Given]) -> int:
    """Count the bytes of their files that films hold in memory."""
    return sum(film.source.n_bytes for film in films)
