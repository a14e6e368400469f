"""Whose card is read: any valid model in `models/`, and the one that answers."""

from pathlib import Path

import streamlit as st

from cxr_app import shelf
from cxr_app.bundle import Bundle
from cxr_app.pages import state
from cxr_app.pages.parts.wording import small_html

__all__ = ["choose"]


def choose(serving: Bundle) -> Bundle:
    """Let the reader choose, where there is a choice; models that cannot be used are named."""
    places = [place for place in shelf.folders() if place.resolve() != serving.folder.resolve()]
    looked = [_look(place, shelf.stamp(place)) for place in places]
    valid = [serving, *(one.found for one in looked if isinstance(one.found, Bundle))]
    chosen = _select(valid)
    for one in looked:
        if not isinstance(one.found, Bundle):
            st.html(
                small_html(
                    f"{one.folder.name} in models/ cannot be used: {one.found} Code: "
                    f"{one.found.code}"
                )
            )
    return chosen


# By what the folder looks like, so that a mended model needs no restart.
@st.cache_resource(max_entries=32, show_spinner="Checking the models")
def _look(folder: Path, stamp: shelf.Stamp) -> shelf.Shelved:
    del stamp
    return shelf.look(folder)


def _select(valid: list[Bundle]) -> Bundle:
    if len(valid) == 1:
        return valid[0]
    by_hash = {one.sha256: one for one in valid}
    hashes = list(by_hash)
    kept = state.card_model()
    widget = "card_model"
    chosen = st.selectbox(
        "Model",
        hashes,
        index=hashes.index(kept) if kept in by_hash else 0,
        format_func=lambda sha256: _name(by_hash[sha256], is_first=sha256 == hashes[0]),
        key=widget,
        on_change=state.choose_card_model,
        args=(widget,),
    )
    return by_hash[chosen]


def _name(bundle: Bundle, *, is_first: bool) -> str:
    return f"{bundle.spec.name} {bundle.spec.version}" + (" (answers)" if is_first else "")
