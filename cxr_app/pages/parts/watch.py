"""A part of the page that draws itself again, and the whole page once there is news.

Such a part holds nothing large, no picture above all. Streamlit sends a large element that the
browser already has as a reference; where two draws follow at once on each other, it drops the
first one's containers but not its references, and a reference without its container ends the page.
"""

import time
from collections.abc import Callable
from typing import Final

import streamlit as st

from cxr_app.pages.parts.guard import guarded

__all__ = ["show"]

LOOK_SECONDS: Final = 0.4


def show(part: Callable[[], None], *, has_news: Callable[[], bool]) -> None:
    """Draw a part now and every 0.4 seconds.

    Parameters
    ----------
    part : callable () -> None
        Draws; elements of less than 10 kB each.
    has_news : callable () -> bool
        Whether the rest of the page is out of date, asked at each look but the first.
    """
    drawn = time.monotonic()

    def look() -> None:
        with guarded():
            part()
            # Not sooner: a page that draws itself again at once would never be seen whole.
            if time.monotonic() - drawn >= LOOK_SECONDS and has_news():
                st.rerun()

    st.fragment(look, run_every=LOOK_SECONDS)()
