"""The films on the form: each a small picture with its name and a button that takes it off."""

from typing import Final

import streamlit as st

from cxr_app.forms import DraftFilm
from cxr_app.pages import state
from cxr_app.pages.parts import wording
from cxr_app.pages.parts.guard import guarded

__all__ = ["show"]

LOOK_SECONDS: Final = 0.4
WIDTH: Final = 152  # pixels; two stand side by side on a phone


def show() -> None:
    """Draw them, and draw again by itself while some are still being read."""
    form = state.form()
    is_reading = any(film.look is None for film in state.desk().forms.films(form.id))
    st.fragment(_tiles, run_every=LOOK_SECONDS if is_reading else None)(form, is_reading)


def _tiles(form: state.Form, is_reading: bool) -> None:
    with guarded():
        films = state.desk().forms.films(form.id)
        if films:
            with st.container(horizontal=True, gap="small"):
                for film in films:
                    _tile(form, film)
        is_done = is_reading and all(film.look is not None for film in films)
        if state.take_redraw() or is_done:
            st.rerun()


def _tile(form: state.Form, film: DraftFilm) -> None:
    name = film.given.source.name
    with st.container(border=True, width=WIDTH, gap="xsmall"):
        look = film.look
        if look is None:
            st.html(wording.tile_html("Reading…"))
        elif look.picture is None:
            st.html(wording.tile_html("Cannot be read"))
        else:
            st.html(wording.tile_picture_html(look.picture))
        st.html(wording.tile_name_html(name))
        if look is not None and look.problem is not None:
            st.html(wording.small_html(str(look.problem)))
        st.button(
            "Remove",
            icon=":material/close:",
            type="tertiary",
            key=f"classify_remove_{film.id}",
            on_click=state.remove,
            args=(form, film.id),
        )
