"""The head of a session: whose it is, and what can be done with it as a whole."""

import streamlit as st

from cxr_app.codes import Code
from cxr_app.export import session as export
from cxr_app.pages import state
from cxr_app.pages.parts import download, wording
from cxr_app.pages.parts.sidebar import time_of
from cxr_app.sessions import PatientSession

__all__ = ["show"]


def show(session: PatientSession) -> None:
    """Draw it."""
    st.html(wording.session_heading_html(session.name, time_of(session)))
    with st.container(horizontal=True, gap="small"):
        _rename(session)
        _delete(session)
        if session.outcomes:
            stamp = session.started.strftime("%Y%m%d-%H%M%S")
            download.show("CSV", f"cxr-demo-{stamp}.csv", export.to_csv(session), "text/csv")
            download.show(
                "JSON lines",
                f"cxr-demo-{stamp}.jsonl",
                export.to_jsonl(session),
                "application/x-ndjson",
            )
    if (found := state.problem(Code.NAME_INVALID)) is not None:
        st.error(wording.plain(str(found)), icon=":material/error:")


def _rename(session: PatientSession) -> None:
    with st.popover("Rename", icon=":material/edit:"):
        widget = f"classify_rename_{session.id}"
        st.text_input("Patient name", value=session.name, key=widget, autocomplete="off")
        st.button(
            "Save name",
            key=f"classify_rename_go_{session.id}",
            on_click=state.rename,
            args=(session.id, widget),
        )


def _delete(session: PatientSession) -> None:
    with st.popover("Delete session", icon=":material/delete:"):
        st.write("Delete this session with its films and results? This cannot be undone.")
        st.button(
            "Delete",
            key=f"classify_delete_{session.id}",
            on_click=state.delete,
            args=(session.id,),
        )
