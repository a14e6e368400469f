"""Try it at once: a drawn film, and two public ones."""

import streamlit as st

from cxr_app.examples import CREDIT
from cxr_app.pages import state
from cxr_app.pages.parts import wording

__all__ = ["show"]


def show() -> None:
    """Draw the buttons that put examples onto the form."""
    st.html(wording.heading2_html("No film at hand?"))
    form = state.form()
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Add a drawing",
            icon=":material/draw:",
            on_click=state.add_drawing,
            args=(form,),
            key="classify_drawing",
        )
        st.button(
            "Fetch two films of adults",
            icon=":material/public:",
            on_click=state.add_adults,
            args=(form,),
            key="classify_adults",
        )
    st.html(
        wording.small_html(
            "The drawing shows every part of the page, and its number means nothing. The adults' "
            f"films need the internet, and the number is not valid for them. {CREDIT}"
        )
    )
