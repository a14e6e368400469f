"""The film viewer on the page: a Streamlit component of our own."""

import functools
from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from cxr_app.errors import CxrError
from cxr_app.limits import MIB
from cxr_app.viewer.assets import script, style
from cxr_app.viewer.encoding import encode_depth, encode_failure, encode_view
from cxr_app.viewer.film_view import FilmView, FullDepth

__all__ = ["show_film"]

HEIGHT: Final = 680  # pixels
NAME: Final = "cxr_film_viewer"
MOST_BYTES: Final = 60 * MIB  # of a message; the page is configured for 64
TOO_LARGE: Final = "The film is too large to be windowed here. It is shown with 8 bits."


@st.fragment
def show_film(
    view: FilmView,
    *,
    key: str,
    height: int = HEIGHT,
    load: Callable[[], FullDepth] | None = None,
    group: str | None = None,
) -> None:
    """Show a film that can be enlarged, windowed and measured.

    The preview is there at once. The stored values follow when the browser asks for them, which
    it does once the film is in sight; only this part of the page then runs again.

    Parameters
    ----------
    view : FilmView
    key : str
        Unique on the page. With another key the viewer begins anew, so give each film its own.
    height : int, default 680
        Pixels of the whole viewer; less where the window is lower.
    load : callable () -> FullDepth, optional
        Gives the stored values; a `CxrError` of it is said in the viewer. Without it the film
        can be enlarged, but not windowed or measured.
    group : str, optional
        Viewers of one page with the same group follow each other's zoom, place and window.
    """
    with st.container(gap=None):
        told = encode_view(view, has_depth=load is not None, height_px=height, group=group)
        state = _renderer()(key=key, data=told, on_depth_change=_nothing)
        if load is not None and _is_wanted(state.get("depth"), view.film_id):
            # An element of its own: the values are not sent again when a heat map changes.
            _renderer()(key=f"{key}_depth", data=_depth(view.film_id, load))


@functools.cache
def _renderer() -> Any:
    return st.components.v2.component(NAME, css=style(), js=script())


def _is_wanted(asked: object, film_id: str) -> bool:
    """Tell whether the browser lacks the values; it says so, and says when it has them."""
    return isinstance(asked, dict) and asked.get("wanted") == film_id


def _depth(film_id: str, load: Callable[[], FullDepth]) -> bytes:
    try:
        told = encode_depth(film_id, load())
    except CxrError as error:
        return encode_failure(film_id, str(error))
    return told if len(told) <= MOST_BYTES else encode_failure(film_id, TOO_LARGE)


def _nothing() -> None:
    """Streamlit keeps a component's state only where it has a callback."""
