"""A page with nothing but viewers of drawn films, for the tests and the benchmark of the viewer.

`streamlit run tests/viewer/page.py -- linked` shows two that follow one another.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the project runs from its checkout

import numpy as np
import streamlit as st

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.viewer import FilmView, FullDepth, Overlay, encode_preview, window_of_lungs
from cxr_app.viewer.component import show_film
from tests.viewer.films import FILMS, GRID, LUNGS, OUTLINES

st.set_page_config(page_title="Viewer", layout="wide")
kind = st.query_params.get("kind", "deep")
height_px = int(st.query_params.get("height", "720"))


@st.cache_data(max_entries=4)
def preview(name: str) -> bytes:
    """Make it once: a page has it from when the film was read."""
    return encode_preview(FILMS[name]()[1])


def draw(name: str, *, key: str, group: str | None = None) -> None:
    film, _ = FILMS[name]()
    height, width = film.values.shape
    view = FilmView(
        film_id=f"drawn-{name}",
        width=width,
        height=height,
        preview=preview(name),
        alt="Drawn chest film",
        overlay=Overlay(
            grid=GRID,
            box=(0.1 * width, 0.1 * height, 0.9 * width, 0.9 * height),
            low=0.0,
            high=1.0,
            label="Evidence for PNEUMONIA",
            contour=0.5,
        ),
        outlines=tuple(line * np.array([width, height]) for line in OUTLINES),
    )

    def load() -> FullDepth:
        if kind == "broken":
            raise Rejected(Code.TRUNCATED)
        preset = window_of_lungs(film, LUNGS)
        return FullDepth(film=film, presets=() if preset is None else (preset,))

    show_film(view, key=key, load=load, group=group, height=height_px)


if kind == "linked":
    for column, key in zip(st.columns(2), ("left", "right"), strict=True):
        with column:
            draw("deep" if key == "left" else "signed", key=key, group="pair")
elif "wait" not in st.query_params or st.button("Show"):
    draw("deep" if kind == "broken" else kind, key="film")
else:
    preview(kind)
