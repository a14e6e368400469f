"""Classify films: name, films, results; earlier sessions in the sidebar."""

import streamlit as st

from cxr_app import patches
from cxr_app.codes import Code
from cxr_app.interpretation.reference import Reference
from cxr_app.pages import state
from cxr_app.pages.parts import (
    address,
    examples,
    form,
    model,
    results,
    session_head,
    sidebar,
    style,
    wording,
)
from cxr_app.pages.parts.guard import guarded
from cxr_app.pages.parts.meaning import Background
from cxr_app.settings import Settings, read_settings

__all__ = ["page"]


def page() -> None:
    """Draw the page."""
    with guarded():
        settings = read_settings()
        address.check(settings)
        patches.keep_uploads_in_memory(settings.limits.max_bytes)
        patches.draw_whole_on_return()
        style.apply()
        st.title("CXR Demo", anchor=False)
        st.write(
            "Upload frontal chest radiographs. For each one, a neural network estimates the "
            "probability of every class it was trained to recognise. Not for diagnostic use."
        )
        bundle = model.load(settings)
        st.info(wording.plain(wording.notice(bundle.spec.notice)), icon=":material/info:")
        address.warn(settings)
        # What stands above is on the screen meanwhile.
        services = model.start(settings, bundle)
        state.open_workspace(services)
        if (lost := state.loss(services)) is not None:
            st.warning(lost, icon=":material/history:")
        sidebar.show()
        if (failed := state.problem(Code.INTERNAL_ERROR)) is not None:
            st.error(wording.plain(f"{failed} Code: {failed.code}"), icon=":material/error:")
        session = state.opened()
        if session is None:
            form.show_new(settings.limits, bundle.spec.notice)
            st.space("small")
            examples.show()
        else:
            reference = model.reference(bundle)
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
