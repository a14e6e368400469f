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
            "Fetch two adult films",
            icon=":material/public:",
            on_click=state.add_adults,
            args=(form,),
            key="classify_adults",
        )
    st.html(
        wording.small_html(
            "The drawing shows what the page can do; its result is meaningless. The two adult "
            f"films are downloaded from the internet; the model is not valid for adults. {CREDIT}"
        )
    )
