"""What a browser tab remembers; the only module that touches `st.session_state`.

Functions named for what a reader does are callbacks of widgets: they change state, nothing else.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cxr_app.codes import Code
from cxr_app.desk import NEW, Desk
from cxr_app.errors import CxrError, Rejected
from cxr_app.examples import ADULTS, drawing
from cxr_app.fetch.client import Fetcher
from cxr_app.limits import Limits
from cxr_app.runs import Services
from cxr_app.sessions import Given, Intake, PatientSession
from cxr_app.sources import Once, UploadSource, UrlSource

__all__ = [
    "accept",
    "add_adults",
    "add_drawing",
    "add_uploads",
    "add_urls",
    "cancel",
    "delete",
    "delete_all",
    "desk",
    "form",
    "is_accepted",
    "keep",
    "kept",
    "key",
    "open_desk",
    "open_session",
    "opened",
    "problem",
    "remove",
    "rename",
    "resume",
    "start_new",
    "submit",
    "take_redraw",
]

MAX_URLS: Final = 50

_DESK = "classify_desk"
_SERVICES = "classify_services"
_ROUND = "classify_round"
_OPENED = "classify_opened"
_PROBLEMS = "classify_problems"
_ACCEPTED = "classify_accepted"
_UPLOADS = "classify_uploads"
_KEPT = "classify_kept"
_REDRAW = "classify_redraw"


def open_desk(services: Services) -> Desk:
    """Return this tab's desk; the first time it is made."""
    if _DESK not in st.session_state:
        st.session_state[_DESK] = Desk(services)
    st.session_state[_SERVICES] = services
    found: Desk = st.session_state[_DESK]
    found.touch()
    return found


def desk() -> Desk:
    """Return this tab's desk, once it was opened."""
    found: Desk = st.session_state[_DESK]
    return found


def opened() -> PatientSession | None:
    """Return the session that is looked at; None where the form for a new one is."""
    return desk().session(st.session_state.get(_OPENED, ""))


def form() -> str:
    """Name the form on the page: a session's own, or the one for a new session."""
    session = opened()
    return session.id if session else NEW


def key(purpose: str) -> str:
    """Name a widget of the form; a new round changes the names, which empties the widgets."""
    return f"classify_{purpose}_{form()}_{st.session_state.get(_ROUND, 0)}"


def keep(purpose: str, widget: str) -> None:
    """Remember what was typed: Streamlit forgets a widget that is not on the page for a while."""
    st.session_state.setdefault(_KEPT, {})[purpose] = st.session_state.get(widget, "")


def kept(purpose: str) -> str:
    """Return what was typed into a field of the form for a new session."""
    return str(st.session_state.get(_KEPT, {}).get(purpose, ""))


def problem(*codes: Code) -> CxrError | None:
    """Return what was wrong with a field when the form was sent last."""
    found: dict[Code, CxrError] = st.session_state.get(_PROBLEMS, {})
    return next((found[code] for code in codes if code in found), None)


def is_accepted() -> bool:
    """Whether the reader has confirmed the notice in this tab."""
    return bool(st.session_state.get(_ACCEPTED))


def accept(widget: str) -> None:
    """Remember that the notice was confirmed."""
    st.session_state[_ACCEPTED] = bool(st.session_state.get(widget))
    _forget_problems(Code.NOTICE_NOT_ACCEPTED)


def take_redraw() -> bool:
    """Whether a part of the page was changed that another part shows; asked once."""
    return bool(st.session_state.pop(_REDRAW, False))


def add_uploads(widget: str) -> None:
    """Put onto the form what an uploader holds and did not hold before; take off what it lost."""
    uploads: Sequence[UploadedFile] = st.session_state.get(widget) or ()
    known: dict[str, str] = st.session_state.setdefault(_UPLOADS, {})
    new = [upload for upload in uploads if upload.file_id not in known]
    lost = known.keys() - {upload.file_id for upload in uploads}
    desk().forms.remove(form(), [known.pop(one) for one in lost])
    films = [_held(UploadSource(upload.name, upload.getvalue())) for upload in new]
    ids = _add(films)
    known.update(zip([upload.file_id for upload in new], ids, strict=False))
    if len(ids) < len(new):
        _next_round()


def add_urls(widget: str) -> None:
    """Put the addresses that were typed, one a line, onto the form, and begin to fetch them."""
    lines = [line.strip() for line in str(st.session_state.get(widget) or "").splitlines()]
    urls = [line for line in lines if line]
    if len(urls) > MAX_URLS:
        _tell(CxrError(Code.TOO_MANY_ITEMS, max=MAX_URLS))
        return
    services: Services = st.session_state[_SERVICES]
    if urls and _add([_fetched(url, services.fetcher) for url in urls]):
        st.session_state[widget] = ""
        keep("urls", widget)


def add_drawing() -> None:
    """Put the drawn phantom onto the form."""
    _add([Given(source=_once(drawing()), is_drawing=True)])


def add_adults() -> None:
    """Put the addresses of two public films of adults onto the form, and begin to fetch them."""
    services: Services = st.session_state[_SERVICES]
    caveats = (Code.OUTSIDE_POPULATION,)
    _add([_fetched(url, services.fetcher, caveats=caveats) for url in ADULTS])


def remove(film_id: str) -> None:
    """Take a film off the form."""
    desk().forms.remove(form(), [film_id])
    known: dict[str, str] = st.session_state.get(_UPLOADS, {})
    if film_id in known.values():
        _next_round()
    st.session_state[_REDRAW] = True


def submit(urls_widget: str, name_widget: str | None = None) -> None:
    """Classify what is on the form, or remember what is missing: *Classify*."""
    st.session_state[_PROBLEMS] = {}
    add_urls(urls_widget)
    target = form()
    name = str(st.session_state.get(name_widget) or "") if name_widget else opened_name()
    films = tuple(film.given for film in desk().forms.films(target))
    problems = Intake(name=name, films=films, is_accepted=is_accepted()).problems()
    for found in problems:
        _tell(found)
    if st.session_state[_PROBLEMS]:
        return
    _next_round()
    if target == NEW:
        st.session_state[_OPENED] = desk().start(name)
        st.session_state.pop(_KEPT, None)
    else:
        desk().extend(target)


def opened_name() -> str:
    """Return the name of the session that is looked at."""
    session = opened()
    return session.name if session else ""


def start_new() -> None:
    """Empty form and page; the sessions stay."""
    _next_round()
    desk().forms.take(NEW)
    for old in (_OPENED, _PROBLEMS, _KEPT):
        st.session_state.pop(old, None)


def open_session(id_: str) -> None:
    """Look at a session; what is on the form for a new one stays there."""
    _next_round()
    st.session_state[_OPENED] = id_
    st.session_state.pop(_PROBLEMS, None)


def rename(id_: str, widget: str) -> None:
    """Give a session another name, or remember why not."""
    _forget_problems(Code.NAME_INVALID)
    try:
        desk().rename(id_, str(st.session_state.get(widget) or ""))
    except CxrError as error:
        _tell(error)


def delete(id_: str) -> None:
    """Free a session at once."""
    _next_round()
    desk().delete(id_)


def delete_all() -> None:
    """Free every session and what is on the form at once."""
    start_new()
    desk().delete_all()


def cancel(id_: str) -> None:
    """Stop a run."""
    desk().cancel(id_)


def resume(id_: str) -> None:
    """Go on with what a stopped run has left."""
    desk().resume(id_)
    st.session_state[_REDRAW] = True


def _add(films: Sequence[Given]) -> tuple[str, ...]:
    _forget_problems(Code.NO_SOURCE, Code.TOO_MANY_ITEMS, Code.SESSION_FULL)
    try:
        return desk().forms.add(form(), films)
    except CxrError as error:
        _tell(error)
        return ()


def _held(source: UploadSource) -> Given:
    return Given(source=_once(source))


def _once(source: UploadSource) -> Once:
    services: Services = st.session_state[_SERVICES]
    once = Once(source)
    _read(once, services.limits)
    return once


def _read(once: Once, limits: Limits) -> None:
    """Read an upload now, so that its bytes count, or are let go where they are too many."""
    try:
        once.read(limits)
    except Rejected:
        return  # it keeps its place, with the reason


def _fetched(url: str, fetcher: Fetcher, *, caveats: tuple[Code, ...] = ()) -> Given:
    return Given(source=Once(UrlSource(url, fetcher)), caveats=caveats)


def _tell(error: CxrError) -> None:
    st.session_state.setdefault(_PROBLEMS, {})[error.code] = error


def _forget_problems(*codes: Code) -> None:
    for code in codes:
        st.session_state.get(_PROBLEMS, {}).pop(code, None)


def _next_round() -> None:
    for purpose in ("files", "folder"):
        _empty_uploader(st.session_state.get(key(purpose)) or ())
    st.session_state.pop(_UPLOADS, None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _empty_uploader(uploads: Iterable[UploadedFile]) -> None:
    """Free the bytes of uploads: Streamlit itself would hold them until the tab is closed."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for upload in uploads:
            context.uploaded_file_mgr.remove_file(context.session_id, upload.file_id)
