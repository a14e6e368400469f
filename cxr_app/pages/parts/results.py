"""The results of a session as they come, and how far its run is."""

import streamlit as st

from cxr_app.codes import Code
from cxr_app.discs import disc_folders, is_beside_films, passed_over
from cxr_app.errors import CxrError
from cxr_app.pages import state
from cxr_app.pages.parts import film_card, watch, wording
from cxr_app.pages.parts.meaning import Background
from cxr_app.runs import Run
from cxr_app.sessions import PatientSession

__all__ = ["show"]


def show(session: PatientSession, run: Run | None, background: Background) -> None:
    """Draw them, and draw again by itself while a run goes on."""
    # Containers, so that a line more above the films moves none of them.
    with st.container():
        _head(session, run)
    with st.container():
        discs = disc_folders(film.source.name for film in session.films)
        beside = 0
        for outcome in session.outcomes:
            if discs and is_beside_films(outcome.record, discs):
                beside += 1
            else:
                film_card.show(session.id, outcome, background)
        if beside:
            st.html(wording.small_html(passed_over(beside)))


def _head(session: PatientSession, run: Run | None) -> None:
    if run is not None and run.incident:
        failed = CxrError(Code.INTERNAL_ERROR, id=run.incident)
        st.error(wording.plain(f"{failed} Code: {failed.code}"), icon=":material/error:")
        _go_on(session, len(session.waiting))
    elif run is not None:  # over by now, perhaps: then there is news at the first look
        _watch(session, run)
    elif session.n_cancelled:
        _go_on(session, session.n_cancelled)


def _watch(drawn: PatientSession, run: Run) -> None:
    def progress() -> None:
        session = state.workspace().session(drawn.id)
        if session is not None and not run.is_over:
            _progress(session, run)

    def has_news() -> bool:
        session = state.workspace().session(drawn.id)
        return run.is_over or session is None or len(session.outcomes) > len(drawn.outcomes)

    watch.show(progress, has_news=has_news)


def _progress(session: PatientSession, run: Run) -> None:
    done, total = len(session.outcomes), len(session.films)
    said = f"{done} of {total} classified"
    if run.place:
        said += "; " + str(CxrError(Code.BUSY, place=run.place))
    elif run.own_place:
        said += "; waiting for your other sessions"
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
