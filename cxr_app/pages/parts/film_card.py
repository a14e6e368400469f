"""One film beside what the model made of it, or why there is no number."""

import streamlit as st

from cxr_app.codes import ANSWERS
from cxr_app.pages.parts import wording
from cxr_app.records import Record, Status
from cxr_app.sessions import Outcome

__all__ = ["show"]


def show(outcome: Outcome, *, is_drawing: bool) -> None:
    """Draw the card of one source."""
    with st.container(border=True):
        if outcome.record.status is Status.REJECTED:
            _show_rejection(outcome.record)
        else:
            _show_answer(outcome, is_drawing=is_drawing)


def _show_rejection(record: Record) -> None:
    st.html(wording.heading_html(record))
    st.error(record.message or "", icon=":material/block:")
    st.html(wording.small_html(f"No result for this file. Code: {record.code}"))


def _show_answer(outcome: Outcome, *, is_drawing: bool) -> None:
    record = outcome.record
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.image(
            wording.within_page(outcome.picture or b""),
            alt=wording.alt_text(record, is_drawing=is_drawing),
            width="stretch",
        )
    with right:
        st.html(wording.heading_html(record))
        if is_drawing:
            st.info(
                "This is a drawing, not a radiograph. Its result is meaningless.",
                icon=":material/draw:",
            )
        for code in record.warnings:
            st.warning(ANSWERS[code].message, icon=":material/warning:")
        st.html(wording.answer_html(record))
        st.html(wording.shares_html(record))
        if why := wording.why_less_probable(record):
            st.html(wording.small_html(why))
        st.html(wording.small_html(wording.notice(record.notice)))
