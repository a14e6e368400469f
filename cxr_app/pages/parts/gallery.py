"""The films on the form: each a small picture with its name and a button that takes it off."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from cxr_app.drafts import DraftFilm
from cxr_app.pages import state
from cxr_app.pages.parts import watch, wording

__all__ = ["show"]

WIDTH: Final = 152  # pixels; two stand side by side on a phone


def show() -> None:
    """Draw them, and draw again by itself while some are still being read."""
    form = state.form()
    films = state.workspace().films_on(form.id)
    n_unread = _count_unread(films)
    if films:
        with st.container(horizontal=True, gap="small"):
            for film in films:
                _tile(form, film)
    if n_unread:
        watch.show(
            lambda: None,
            has_news=lambda: _count_unread(state.workspace().films_on(form.id)) < n_unread,
        )


def _count_unread(films: Sequence[DraftFilm]) -> int:
    return sum(film.look is None for film in films)


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
