"""One film beside what the model made of it, or why there is no number."""

from types import MappingProxyType
from typing import Final

import streamlit as st

from cxr_app.codes import ANSWERS, Code
from cxr_app.imaging.correction import Correction
from cxr_app.pages import state
from cxr_app.pages.parts import meaning, wording
from cxr_app.pages.parts.meaning import Background
from cxr_app.records import Record, Status
from cxr_app.sessions import Outcome

__all__ = ["show"]

# What a reader may have put right, by the warning that calls for it.
_MENDS: Final = MappingProxyType(
    {
        Code.ROTATED: (
            ("Turn left", ":material/rotate_left:", Correction(turned=270)),
            ("Turn right", ":material/rotate_right:", Correction(turned=90)),
            ("Turn upside down", ":material/swap_vert:", Correction(turned=180)),
        ),
        Code.APPEARS_INVERTED: (
            ("Invert", ":material/invert_colors:", Correction(is_inverted=True)),
        ),
    }
)


def show(session_id: str, outcome: Outcome, background: Background) -> None:
    """Draw the card of one source."""
    with st.container(border=True):
        if outcome.record.status is Status.REJECTED:
            _show_rejection(outcome.record)
        else:
            _show_answer(session_id, outcome)
        meaning.show(session_id, outcome.record, background)


def _show_rejection(record: Record) -> None:
    st.html(wording.heading_html(record))
    st.error(record.message or "", icon=":material/block:")
    st.html(wording.small_html(f"No result for this file. Code: {record.code}"))


def _show_answer(session_id: str, outcome: Outcome) -> None:
    record = outcome.record
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.image(
            wording.within_page(outcome.picture or b""),
            alt=wording.alt_text(record),
            width="stretch",
        )
    with right:
        st.html(wording.heading_html(record))
        if record.is_drawing:
            st.info(
                "This is a drawing, not a radiograph. Its result is meaningless.",
                icon=":material/draw:",
            )
        if done := wording.handling(record):
            st.html(wording.small_html(done))
        for code in record.warnings:
            st.warning(ANSWERS[code].message, icon=":material/warning:")
            _offer(session_id, record.item, code)
        _show_number(record)
        st.html(wording.small_html(wording.notice(record.notice)))


def _offer(session_id: str, item: int, code: Code) -> None:
    """Offer to put a film right and classify it once more; nothing is turned by itself."""
    if code not in _MENDS:
        return
    with st.container(horizontal=True):
        for label, icon, correction in _MENDS[code]:
            st.button(
                label,
                icon=icon,
                key=f"classify_mend_{session_id}_{item}_{label}",
                help="Classifies the film once more; this result stays.",
                on_click=state.ask_again,
                args=(session_id, item, correction),
            )


def _show_number(record: Record) -> None:
    if Code.OUTSIDE_POPULATION in record.warnings:
        st.html(wording.invalid_html())
        st.html(wording.shares_html(record))
        return
    st.html(wording.answer_html(record))
    st.html(wording.shares_html(record))
    if why := wording.why_less_probable(record):
        st.html(wording.small_html(why))
