"""The form: who, which films, *Classify*."""

import streamlit as st

from cxr_app.codes import Code
from cxr_app.limits import MIB, Limits
from cxr_app.pages import state
from cxr_app.pages.parts import wording

__all__ = ["show"]


def show(limits: Limits) -> None:
    """Draw the form; what was wrong when it was sent last stands below its field."""
    with st.form("classify_form"):
        st.text_input("Patient name", key=state.key("name"), autocomplete="off")
        _problem(Code.NAME_INVALID)
        # Every file may be chosen: what it holds decides, and a refusal says why.
        st.file_uploader(
            "Films (JPEG, PNG, TIFF, BMP or WebP)",
            accept_multiple_files=True,
            max_upload_size=max(1, limits.max_bytes // MIB),
            key=state.key("films"),
        )
        _problem(Code.NO_SOURCE)
        st.html(wording.small_html("Names and films stay in memory; a reload forgets them."))
        st.form_submit_button(
            "Classify", type="primary", on_click=state.submit, key=state.key("go")
        )


def _problem(code: Code) -> None:
    for problem in state.problems():
        if problem.code is code:
            st.error(str(problem), icon=":material/error:")
