"""What a browser tab remembers; the only module that touches `st.session_state`.

Functions named for what a reader does are callbacks of widgets: they change state, nothing else.
A browser may send a click late, when another form is on the page; so a callback is told for which
form its widget was drawn.
"""

import functools
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, ParamSpec

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile

from cxr_app import patches
from cxr_app.codes import Code
from cxr_app.errors import CxrError
from cxr_app.examples import ADULTS, drawing
from cxr_app.imaging.correction import Correction
from cxr_app.interpretation.prevalence import CALIBRATED_AT, check_prevalence
from cxr_app.interpretation.stability import Stability
from cxr_app.runs import Services
from cxr_app.sessions import Given, Intake, PatientSession
from cxr_app.workspace import NEW, Workspace

__all__ = [
    "Form",
    "accept",
    "add_adults",
    "add_drawing",
    "add_uploads",
    "add_urls",
    "ask_again",
    "ask_stability",
    "cancel",
    "card_model",
    "choose_card_model",
    "choose_prevalence",
    "delete",
    "delete_all",
    "form",
    "is_accepted",
    "is_begun",
    "is_in_use",
    "keep",
    "keep_stability",
    "kept",
    "loss",
    "open_form",
    "open_session",
    "open_workspace",
    "opened",
    "prevalence",
    "problem",
    "remove",
    "rename",
    "resume",
    "set_prevalence",
    "stability",
    "start_new",
    "stop_stability",
    "submit",
    "workspace",
]

log = logging.getLogger(__name__)

P = ParamSpec("P")

_WORKSPACE: Final = "classify_workspace"
_ROUNDS: Final = "classify_rounds"
_OPENED: Final = "classify_opened"
_PROBLEMS: Final = "classify_problems"
_ACCEPTED: Final = "classify_accepted"
_KEPT: Final = "classify_kept"
_LOSS: Final = "classify_loss"
_PREVALENCE: Final = "meaning_prevalence"
_STABILITY: Final = "meaning_stability"
_CARD_MODEL: Final = "card_chosen"
_PAGE: Final = "page"  # in the page's address

RELOADED: Final = (
    "This page was reloaded. Names and films are kept in memory only while the page stays open, "
    "so the earlier ones are gone."
)
RESTARTED: Final = (
    "The program was restarted. Names and films were kept in memory only and are gone."
)
EXPIRED: Final = "The page was not used for two hours, so names and films were erased from memory."


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One drawing of a form.

    Attributes
    ----------
    id : str
        The session that takes its films; `NEW` for a new one.
    round : int
        How often it was sent or emptied; a new round has new widgets, which are empty.
    """

    id: str
    round: int

    def key(self, purpose: str) -> str:
        """Name a widget of the form."""
        return f"classify_{purpose}_{self.id}_{self.round}"


def _contained(callback: Callable[P, None]) -> Callable[P, None]:
    """Turn what goes wrong in a callback into a sentence; Streamlit would print what was typed."""

    @functools.wraps(callback)
    def contained(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the page's boundary
            incident = secrets.token_hex(4)
            log.error("callback_failed incident=%s type=%s", incident, type(error).__name__)
            _tell(CxrError(Code.INTERNAL_ERROR, id=incident))

    return contained


def open_workspace(services: Services) -> Workspace:
    """Return this tab's workspace; the first time it is made."""
    if _WORKSPACE not in st.session_state:
        st.session_state[_WORKSPACE] = Workspace(services, is_connected=patches.is_tab_open())
        if (before := st.query_params.get(_PAGE)) is not None:
            st.session_state[_LOSS] = RELOADED if before == services.id else RESTARTED
    found: Workspace = st.session_state[_WORKSPACE]
    if found.touch():
        st.session_state[_LOSS] = EXPIRED
    return found


def is_in_use() -> bool:
    """Whether this tab has a workspace, or by its address had one before it was reloaded."""
    return _WORKSPACE in st.session_state or _PAGE in st.query_params


def loss(services: Services) -> str | None:
    """Say why names and films are gone that a reader may miss; None where none are.

    While there is something to lose, the page's address bears the program's random id, so that the
    page that comes after it knows that there was something, and whether it was another program.
    """
    if workspace().is_empty:
        if _PAGE in st.query_params:
            del st.query_params[_PAGE]
        found: str | None = st.session_state.get(_LOSS)
        return found
    if st.query_params.get(_PAGE) != services.id:
        st.query_params[_PAGE] = services.id
    st.session_state.pop(_LOSS, None)
    return None


def workspace() -> Workspace:
    """Return this tab's workspace, once it was opened."""
    found: Workspace = st.session_state[_WORKSPACE]
    return found


def opened() -> PatientSession | None:
    """Return the session that is looked at; None where the form for a new one is."""
    return workspace().session(st.session_state.get(_OPENED, ""))


def form() -> Form:
    """Return the form on the page: a session's own, or the one for a new session."""
    session = opened()
    return _form(session.id if session else NEW)


def is_begun() -> bool:
    """Whether something is on the form for a new session."""
    return bool(workspace().films_on(NEW) or kept(_form(NEW), "name") or kept(_form(NEW), "urls"))


@_contained
def keep(of: Form) -> None:
    """Remember what was typed: Streamlit forgets a widget that is not on the page for a while."""
    _catch_up(of)


def kept(of: Form, purpose: str) -> str:
    """Return what was typed into a field."""
    found: dict[tuple[Form, str], str] = st.session_state.get(_KEPT, {})
    return found.get((of, purpose), "")


def problem(*codes: Code) -> CxrError | None:
    """Return what was wrong with a field when the form was sent last."""
    found: dict[Code, CxrError] = st.session_state.get(_PROBLEMS, {})
    return next((found[code] for code in codes if code in found), None)


def is_accepted() -> bool:
    """Whether the reader has confirmed the notice in this tab."""
    return bool(st.session_state.get(_ACCEPTED))


@_contained
def accept(widget: str) -> None:
    """Remember that the notice was confirmed."""
    st.session_state[_ACCEPTED] = bool(st.session_state.get(widget))
    _forget_problems(Code.NOTICE_NOT_ACCEPTED)


@_contained
def add_uploads(to: Form, widget: str) -> None:
    """Put onto a form what an uploader has taken, and free it there.

    Streamlit itself would hold the bytes until the tab is closed.
    """
    uploads: Sequence[UploadedFile | DeletedFile] = st.session_state.get(widget) or ()
    new = [upload for upload in uploads if isinstance(upload, UploadedFile)]
    _add(to, [workspace().uploaded(upload.name, upload.getvalue()) for upload in new])
    patches.free_uploads(new)


@_contained
def add_urls(to: Form) -> None:
    """Put the addresses that were typed, one a line, onto a form, and begin to fetch them."""
    _catch_up(to)
    lines = [line.strip() for line in kept(to, "urls").splitlines()]
    urls = [line for line in lines if line]
    if urls and _add(to, [workspace().fetched(url) for url in urls]):
        st.session_state[_KEPT].pop((to, "urls"))
        st.session_state[to.key("urls")] = ""


@_contained
def add_drawing(to: Form) -> None:
    """Put the drawn film onto a form."""
    name, data = drawing()
    _add(to, [workspace().uploaded(name, data)])


@_contained
def add_adults(to: Form) -> None:
    """Put the addresses of two public films of adults onto a form, and begin to fetch them."""
    caveats = (Code.OUTSIDE_POPULATION,)
    _add(to, [replace(workspace().fetched(url), caveats=caveats) for url in ADULTS])


@_contained
def remove(of: Form, film_id: str) -> None:
    """Take a film off a form."""
    workspace().remove(of.id, [film_id])


@_contained
def submit(sent: Form) -> None:
    """Classify what is on a form, or remember what is missing: *Classify*."""
    if sent != _form(sent.id):
        return  # the second half of a double click: the first has sent it
    st.session_state[_PROBLEMS] = {}
    add_urls(sent)
    session = workspace().session(sent.id)
    name = session.name if session else kept(sent, "name")
    films = tuple(film.given for film in workspace().films_on(sent.id))
    age = kept(sent, "age")
    for found in Intake(name=name, films=films, is_accepted=is_accepted()).problems():
        _tell(found)
    if st.session_state[_PROBLEMS]:
        return
    _next_round(sent)
    if sent.id == NEW:
        st.session_state[_OPENED] = workspace().start(name, float(age) if age else None)
    else:
        workspace().extend(sent.id)


@_contained
def start_new() -> None:
    """Empty form and page; the sessions stay."""
    workspace().take(NEW)
    _next_round(_form(NEW))
    open_form()


@_contained
def open_form() -> None:
    """Look at the form for a new session as it was left."""
    st.session_state.pop(_OPENED, None)
    st.session_state.pop(_PROBLEMS, None)


@_contained
def open_session(id_: str) -> None:
    """Look at a session; what is on the form for a new one stays there."""
    st.session_state[_OPENED] = id_
    st.session_state.pop(_PROBLEMS, None)


@_contained
def rename(id_: str, widget: str) -> None:
    """Give a session another name, or remember why not."""
    _forget_problems(Code.NAME_INVALID)
    try:
        workspace().rename(id_, str(st.session_state.get(widget) or ""))
    except CxrError as error:
        _tell(error)


@_contained
def delete(id_: str) -> None:
    """Free a session at once."""
    workspace().delete(id_)
    st.session_state.pop(_PROBLEMS, None)


@_contained
def delete_all() -> None:
    """Free every session and what is on the form at once."""
    workspace().delete_all()
    start_new()


@_contained
def cancel(id_: str) -> None:
    """Stop a run."""
    workspace().cancel(id_)


@_contained
def ask_again(id_: str, item: int, correction: Correction) -> None:
    """Classify a film once more, turned or inverted; the first result stays."""
    workspace().ask_again(id_, item, correction)


@_contained
def resume(id_: str) -> None:
    """Go on with what a stopped run has left."""
    workspace().resume(id_)


def prevalence(widget: str) -> float:
    """Return the chosen prevalence, one for all films of this tab, and set a slider to it."""
    chosen: float = st.session_state.get(_PREVALENCE, CALIBRATED_AT)
    st.session_state[widget] = chosen
    return chosen


@_contained
def choose_prevalence(widget: str) -> None:
    """Remember what a slider was moved to."""
    st.session_state[_PREVALENCE] = check_prevalence(st.session_state[widget])


@_contained
def set_prevalence(value: float) -> None:
    """Choose one of the prevalences that stand beside the slider."""
    st.session_state[_PREVALENCE] = check_prevalence(value)


def stability(id_: str, item: int) -> Stability | None:
    """Return what is known of a film's stability so far; None where nobody has asked."""
    found: Stability | None = _stabilities().get((id_, item))
    return found


def card_model() -> str | None:
    """Return the model whose card was chosen."""
    found: str | None = st.session_state.get(_CARD_MODEL)
    return found


@_contained
def ask_stability(id_: str, item: int, plain: Stability) -> None:
    """Ask for a film's stability: its answers come while the page is drawn."""
    keep_stability(id_, item, plain)


def keep_stability(id_: str, item: int, found: Stability) -> None:
    """Keep the answers as far as they have come, for as long as there is the session."""
    st.session_state[_STABILITY] = {**_stabilities(), (id_, item): found}


@_contained
def stop_stability(id_: str, item: int) -> None:
    """Ask no more for it, and forget what came of it."""
    st.session_state[_STABILITY] = {
        film: found for film, found in _stabilities().items() if film != (id_, item)
    }


def _stabilities() -> dict[tuple[str, int], Stability]:
    every = st.session_state.get(_STABILITY, {})
    return {film: found for film, found in every.items() if workspace().session(film[0])}


@_contained
def choose_card_model(widget: str) -> None:
    """Remember whose card is read while another page is looked at."""
    st.session_state[_CARD_MODEL] = st.session_state.get(widget)


def _form(id_: str) -> Form:
    return Form(id=id_, round=st.session_state.get(_ROUNDS, {}).get(id_, 0))


def _next_round(of: Form) -> None:
    """Begin a form anew: new widgets, and nothing typed."""
    st.session_state.setdefault(_ROUNDS, {})[of.id] = of.round + 1
    typed = st.session_state.get(_KEPT, {})
    st.session_state[_KEPT] = {place: text for place, text in typed.items() if place[0] != of}


def _catch_up(of: Form) -> None:
    for purpose in ("name", "age", "urls", "way"):
        if of.key(purpose) in st.session_state:
            value = st.session_state[of.key(purpose)]
            typed = "" if value is None else str(value)
            st.session_state.setdefault(_KEPT, {})[of, purpose] = typed


def _add(to: Form, films: Sequence[Given]) -> bool:
    if to != _form(to.id):
        return False  # sent late, of a form that has gone: its place is another patient's by now
    _forget_problems(Code.NO_SOURCE, Code.TOO_MANY_ITEMS, Code.SESSION_FULL)
    try:
        workspace().add(to.id, films)
    except CxrError as error:
        _tell(error)
        return False
    return True


def _tell(error: CxrError) -> None:
    st.session_state.setdefault(_PROBLEMS, {})[error.code] = error


def _forget_problems(*codes: Code) -> None:
    for code in codes:
        st.session_state.get(_PROBLEMS, {}).pop(code, None)
