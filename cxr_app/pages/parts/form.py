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


def show_new(limits: Limits, notice: str) -> None:
    """Draw the form for a new session."""
    name = state.key("name")
    st.text_input(
        "Patient name",
        value=state.kept("name"),
        key=name,
        autocomplete="off",
        on_change=state.keep,
        args=("name", name),
    )
    _problem(Code.NAME_INVALID)
    _films(limits)
    _send(notice, name)


def show_more(limits: Limits, notice: str) -> None:
    """Draw the form that adds films to the session that is looked at."""
    _films(limits)
    _send(notice, None)


def _films(limits: Limits) -> None:
    way = st.segmented_control(
        "Films from",
        (FILES, FOLDER, ADDRESSES),
        default=FILES,
        required=True,
        key=state.key("way"),
    )
    if way == ADDRESSES:
        _addresses()
    else:
        _uploader(limits, is_folder=way == FOLDER)
    gallery.show()
    _problem(Code.NO_SOURCE, Code.TOO_MANY_ITEMS, Code.SESSION_FULL)


def _uploader(limits: Limits, *, is_folder: bool) -> None:
    widget = state.key("folder" if is_folder else "files")
    # Every file may be chosen: what it holds decides, and a refusal says why.
    st.file_uploader(
        "A folder with films" if is_folder else "Films (JPEG, PNG, TIFF, BMP or WebP)",
        accept_multiple_files="directory" if is_folder else True,
        max_upload_size=max(1, limits.max_bytes // MIB),
        key=widget,
        on_change=state.add_uploads,
        args=(widget,),
    )


def _addresses() -> None:
    widget = state.key("urls")
    st.text_area(
        "Addresses of pictures, one a line",
        value=state.kept("urls"),
        key=widget,
        placeholder="https://…",
        on_change=state.keep,
        args=("urls", widget),
    )
    st.button("Fetch", on_click=state.add_urls, args=(widget,), key=state.key("fetch"))
    st.html(
        wording.small_html(
            "This computer fetches them itself, once, and tells the server nothing of you but its "
            "own address."
        )
    )


def _send(notice: str, name_widget: str | None) -> None:
    if not state.is_accepted():
        widget = state.key("notice")
        st.checkbox(
            wording.plain(f"I have read this: {notice}"),
            key=widget,
            on_change=state.accept,
            args=(widget,),
        )
        _problem(Code.NOTICE_NOT_ACCEPTED)
    st.button(
        "Classify",
        type="primary",
        on_click=state.submit,
        args=(state.key("urls"), name_widget),
        key=state.key("go"),
    )


def _problem(*codes: Code) -> None:
    if (found := state.problem(*codes)) is not None:
        st.error(wording.plain(str(found)), icon=":material/error:")
