"""Classify films: name, films, results; earlier sessions in the sidebar."""

from typing import Final

import streamlit as st

from cxr_app.bundle import Bundle
from cxr_app.interpretation.reference import Reference
from cxr_app.pages import state
from cxr_app.pages.frame import Page
from cxr_app.pages.parts import examples, form, model, results, session_head, sidebar, wording
from cxr_app.pages.parts.meaning import Background
from cxr_app.settings import Settings

__all__ = ["PAGE"]


def _draw(settings: Settings, bundle: Bundle) -> None:
    sidebar.show()
    session = state.opened()
    if session is None:
        form.show_new(settings.limits, bundle.spec.notice)
        st.space("small")
        examples.show()
    else:
        services, reference = model.start(settings, bundle), model.reference(bundle)
        background = Background(prediction=services.prediction, reference=reference)
        _show_session(session.id, background, settings)


def _show_session(id_: str, background: Background, settings: Settings) -> None:
    # One look for all that is drawn, and the run first: where it ends meanwhile, it is watched for
    # news all the same.
    run = state.workspace().run(id_)
    session = state.workspace().session(id_)
    if session is None:
        st.rerun()
    session_head.show(session)
    spec, reference = background.prediction.bundle.spec, background.reference
    test = reference.test if isinstance(reference, Reference) else reference
    st.write(wording.operating_point(spec, test))
    results.show(session, run, background)
    with st.expander("Add films to this session", icon=":material/add_photo_alternate:"):
        form.show_more(settings.limits, spec.notice)


PAGE: Final = Page(
    title="Classify",
    path="classify",
    lead="Upload frontal chest radiographs. For each one, a neural network estimates the "
    "probability of every class it was trained to recognise. Not for diagnostic use.",
    draw=_draw,
    uses_engine=True,
)
