"""What a browser tab remembers; the only module that touches `st.session_state`."""

from collections.abc import Iterable

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cxr_app.errors import CxrError
from cxr_app.sessions import Intake, PatientSession, drawing_session, open_session
from cxr_app.sources import UploadSource

__all__ = ["keep", "key", "problems", "session", "start_new", "submit", "try_drawing"]

_ROUND = "classify_round"
_SESSION = "classify_session"
_PROBLEMS = "classify_problems"


def key(purpose: str) -> str:
    """Name a widget of the form; a new session changes the names, which empties the widgets."""
    return f"classify_{purpose}_{st.session_state.get(_ROUND, 0)}"


def session() -> PatientSession | None:
    """Return the session on the page, if one was started."""
    found: PatientSession | None = st.session_state.get(_SESSION)
    return found


def keep(changed: PatientSession) -> None:
    """Remember a session as far as it came."""
    st.session_state[_SESSION] = changed


def problems() -> tuple[CxrError, ...]:
    """Return what was wrong with the form when it was sent last."""
    found: tuple[CxrError, ...] = st.session_state.get(_PROBLEMS, ())
    return found


def submit() -> None:
    """Start a session, or remember what is missing: *Classify*."""
    intake = _intake()
    found = intake.problems()
    st.session_state[_PROBLEMS] = found
    if found:
        return
    started, present = open_session(intake), session()
    # A second click on the same form goes on with the run that the first one started.
    if present and (present.name, present.sources) == (started.name, started.sources):
        return
    keep(started)


def try_drawing() -> None:
    """Start a session with a drawn film."""
    st.session_state[_PROBLEMS] = ()
    keep(drawing_session())


def start_new() -> None:
    """Forget name, films and results."""
    _release(st.session_state.get(key("films")) or ())
    for old in (key("name"), key("films"), _SESSION, _PROBLEMS):
        st.session_state.pop(old, None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _release(uploads: Iterable[UploadedFile]) -> None:
    """Free the bytes of uploads: Streamlit itself would hold them until the tab is closed."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for upload in uploads:
            context.uploaded_file_mgr.remove_file(context.session_id, upload.file_id)


def _intake() -> Intake:
    uploads = st.session_state.get(key("films")) or ()
    return Intake(
        name=st.session_state.get(key("name")) or "",
        sources=tuple(UploadSource(upload.name, upload.getvalue()) for upload in uploads),
    )
