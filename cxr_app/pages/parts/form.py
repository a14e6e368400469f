"""The form: who, which films, *Classify*; beside each field what is wrong with it."""

from typing import Final

import streamlit as st

from cxr_app.codes import Code
from cxr_app.limits import MIB, Limits
from cxr_app.pages import state
from cxr_app.pages.parts import gallery, wording

__all__ = ["show_more", "show_new"]

FILES: Final = "Files"
FOLDER: Final = "A folder"
ADDRESSES: Final = "Web addresses"
MAX_AGE: Final = 130.0
MAX_TYPED: Final = 110_000  # characters: fifty addresses of the greatest length


def show_new(limits: Limits, notice: str) -> None:
    """Draw the form for a new session."""
    form = state.form()
    st.text_input(
        "Patient name",
        value=state.kept(form, "name"),
        key=form.key("name"),
        autocomplete="off",
        on_change=state.keep,
        args=(form,),
    )
    _problem(Code.NAME_INVALID)
    age = state.kept(form, "age")
    st.number_input(
        "Age in years (optional)",
        min_value=0.0,
        max_value=MAX_AGE,
        value=float(age) if age else None,
        step=1.0,
        format="%g",
        key=form.key("age"),
        placeholder="used where the film does not state it",
        on_change=state.keep,
        args=(form,),
    )
    show_more(limits, notice)


def show_more(limits: Limits, notice: str) -> None:
    """Draw the form that adds films to the session that is looked at."""
    form = state.form()
    way = st.segmented_control(
        "Films from",
        (FILES, FOLDER, ADDRESSES),
        default=state.kept(form, "way") or FILES,
        required=True,
        key=form.key("way"),
        on_change=state.keep,
        args=(form,),
    )
    if way == ADDRESSES:
        _addresses(form)
    else:
        _uploader(form, limits, is_folder=way == FOLDER)
    gallery.show()
    _problem(Code.NO_SOURCE, Code.TOO_MANY_ITEMS, Code.SESSION_FULL)
    _send(form, notice)


def _uploader(form: state.Form, limits: Limits, *, is_folder: bool) -> None:
    widget = form.key("folder" if is_folder else "files")
    # Every file may be chosen: what it holds decides, and a refusal says why.
    st.file_uploader(
        "A folder of films" if is_folder else "Films (DICOM, JPEG, PNG, TIFF and others)",
        accept_multiple_files="directory" if is_folder else True,
        max_upload_size=max(1, limits.max_bytes // MIB),
        key=widget,
        on_change=state.add_uploads,
        args=(form, widget),
    )


def _addresses(form: state.Form) -> None:
    st.text_area(
        "Image addresses, one per line",
        value=state.kept(form, "urls"),
        key=form.key("urls"),
        max_chars=MAX_TYPED,
        placeholder="https://…",
        on_change=state.keep,
        args=(form,),
    )
    st.button("Fetch", on_click=state.add_urls, args=(form,), key=form.key("fetch"))
    st.html(
        wording.small_html(
            "The computer that runs this page fetches each image once. The server that hosts "
            "the image learns that computer's address and nothing else."
        )
    )


def _send(form: state.Form, notice: str) -> None:
    if not state.is_accepted():
        widget = form.key("notice")
        st.checkbox(
            wording.plain(f"I have read this: {wording.notice(notice)}"),
            key=widget,
            on_change=state.accept,
            args=(widget,),
        )
        _problem(Code.NOTICE_NOT_ACCEPTED)
    st.button("Classify", type="primary", on_click=state.submit, args=(form,), key=form.key("go"))


def _problem(*codes: Code) -> None:
    if (found := state.problem(*codes)) is not None:
        st.error(wording.plain(str(found)), icon=":material/error:")
