"""Classify films: name, films, results."""

from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cxr_app.limits import Limits
from cxr_app.pages import state
from cxr_app.pages.parts import film_card, form, model, wording
from cxr_app.pages.parts.guard import guarded
from cxr_app.prediction import Prediction
from cxr_app.sessions import PatientSession, classify_waiting
from cxr_app.settings import read_settings

__all__ = ["page"]


def page() -> None:
    """Draw the page."""
    st.title("CXR Demo", anchor=False)
    st.write(
        "Give it front chest X-ray films: for each, a neural network says how probable it finds "
        "each class it knows."
    )
    with guarded():
        settings = read_settings()
        bundle = model.load(settings)
        st.info(wording.plain(bundle.spec.notice), icon=":material/info:")
        prediction = model.start(settings, bundle)  # what stands above is on the screen meanwhile
        form.show(settings.limits)
        session = state.session()
        if session is None:
            st.button("Try it with a drawing", on_click=state.try_drawing, key="classify_drawing")
        else:
            _show_results(session, prediction, settings.limits)


def _show_results(session: PatientSession, prediction: Prediction, limits: Limits) -> None:
    st.space("small")
    # Not where the drawing's button was: the second half of a double click would land on it.
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.header("Results", anchor=False, width="content")
        st.button("Start new session", on_click=state.start_new, key="classify_new")
    if not session.is_drawing:
        st.html(f"Patient: <bdi><strong>{escape(session.name)}</strong></bdi>")
    st.write(wording.operating_point(prediction.bundle.spec))
    progress = st.empty()
    for outcome in session.outcomes:
        film_card.show(outcome, is_drawing=session.is_drawing)
    if session.waiting:
        _count(progress, session)
        for outcome in classify_waiting(session, prediction, limits=limits):
            # Kept first: a click may end this run of the script at the next line, and the run
            # after it goes on with what is left.
            session = session.with_outcome(outcome)
            state.keep(session)
            film_card.show(outcome, is_drawing=session.is_drawing)
            _count(progress, session)
        progress.empty()


def _count(place: DeltaGenerator, session: PatientSession) -> None:
    done, total = len(session.outcomes), len(session.sources)
    place.progress(done / total, text=f"{done} of {total} classified")
