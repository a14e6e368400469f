"""The sidebar: every session of this tab, where it opens again."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from cxr_app.pages import state
from cxr_app.pages.parts import wording
from cxr_app.sessions import PatientSession

__all__ = ["show", "time_of"]


def show() -> None:
    """Draw it."""
    sessions, opened = state.workspace().sessions, state.opened()
    with st.sidebar:
        st.button(
            "Start new session",
            icon=":material/add:",
            width="stretch",
            on_click=state.start_new,
            key="classify_new",
        )
        if opened is not None and state.is_begun():
            st.button(
                "Back to the form",
                icon=":material/edit_note:",
                width="stretch",
                on_click=state.open_form,
                key="classify_open_form",
            )
        st.html(wording.heading2_html("Sessions"))
        if not sessions:
            st.html(wording.small_html("None yet."))
        for session in sessions:
            _entry(session, is_opened=opened is not None and opened.id == session.id)
        if sessions:
            _delete_all(len(sessions))
        st.html(
            wording.small_html(
                "Names and films are kept in memory for this tab only. Reloading the page, or two "
                "hours without a click, erases them."
            )
        )


def time_of(session: PatientSession) -> str:
    """Tell when a session was started, by the reader's clock."""
    try:
        zone = ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return session.started.astimezone(zone).strftime("%H:%M:%S")


def _entry(session: PatientSession, *, is_opened: bool) -> None:
    n_films = len(session.films)
    mark = "radio_button_checked" if is_opened else "radio_button_unchecked"
    st.button(
        f"{wording.isolated(session.name)} · {time_of(session)} · "
        f"{n_films} film{'' if n_films == 1 else 's'}",
        icon=f":material/{mark}:",
        type="tertiary",
        key=f"classify_open_{session.id}",
        on_click=state.open_session,
        args=(session.id,),
    )


def _delete_all(count: int) -> None:
    with st.popover("Delete all", icon=":material/delete:", width="stretch"):
        what = "the session" if count == 1 else f"all {count} sessions"
        st.write(f"Delete {what} with all films and results? This cannot be undone.")
        st.button("Delete everything", on_click=state.delete_all, key="classify_delete_all")
