"""The results of a session as they come, and how far its run is."""

from typing import Final

import streamlit as st

from cxr_app.codes import Code
from cxr_app.errors import CxrError
from cxr_app.pages import state
from cxr_app.pages.parts import film_card, wording
from cxr_app.pages.parts.guard import guarded
from cxr_app.runs import Run
from cxr_app.sessions import PatientSession

__all__ = ["show"]

LOOK_SECONDS: Final = 0.4


def show(session: PatientSession) -> None:
    """Draw them, and draw again by itself while a run goes on."""
    run = state.desk().run(session.id)
    is_running = run is not None and not run.is_over
    st.fragment(_results, run_every=LOOK_SECONDS if is_running else None)(session.id, is_running)


def _results(id_: str, is_running: bool) -> None:
    with guarded():
        _draw(id_, is_running=is_running)


def _draw(id_: str, *, is_running: bool) -> None:
    # The run first: what it brings between the two looks is then drawn at once, never lost.
    run = state.desk().run(id_)
    session = state.desk().session(id_)
    if session is None:
        st.rerun()
    if run is not None and not run.is_over:
        _progress(session, run)
    elif run is not None and run.incident:
        failed = CxrError(Code.INTERNAL_ERROR, id=run.incident)
        st.error(wording.plain(f"{failed} Code: {failed.code}"), icon=":material/error:")
        _go_on(session, len(session.waiting))
    elif session.n_cancelled:
        _go_on(session, session.n_cancelled)
    for film, outcome in zip(session.films, session.outcomes, strict=False):
        film_card.show(outcome, is_drawing=film.is_drawing)
    is_over = run is None or run.is_over
    if state.take_redraw() or (is_running and is_over):
        st.rerun()


def _progress(session: PatientSession, run: Run) -> None:
    done, total = len(session.outcomes), len(session.films)
    said = f"{done} of {total} classified"
    if run.place:
        said += "; " + str(CxrError(Code.BUSY, place=run.place))
    elif run.own_place:
        said += "; your other sessions come first"
    if run.is_cancelled:
        said += "; stopping"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(done / total, text=said)
        st.button(
            "Cancel",
            icon=":material/stop_circle:",
            key=f"classify_cancel_{session.id}",
            on_click=state.cancel,
            args=(session.id,),
        )


def _go_on(session: PatientSession, left: int) -> None:
    films = "1 film was" if left == 1 else f"{left} films were"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(wording.small_html(f"{films} not classified."))
        st.button(
            "Classify the rest",
            key=f"classify_resume_{session.id}",
            on_click=state.resume,
            args=(session.id,),
        )
