"""A chart on the page: as wide as it can be read, and with axes that stand out in either theme."""

from typing import Any, Final

import streamlit as st

__all__ = ["show"]

WIDEST: Final = 560  # pixels
_DARK_ON_LIGHT: Final = "#3d4c55"  # Streamlit's own grey is too faint on the light page


def show(chart: Any, *, key: str, alt: str) -> None:
    """Draw a chart.

    Parameters
    ----------
    chart : alt.LayerChart
    key : str
        Of the element.
    alt : str
        What it shows, for those who do not see it.
    """
    if st.context.theme.type != "dark":
        colors = {"labelColor": _DARK_ON_LIGHT, "titleColor": _DARK_ON_LIGHT}
        chart = chart.configure_axis(**colors).configure_legend(**colors)
    # The key is a class, by which the style keeps the chart's place free while it is loaded.
    with st.container(width=WIDEST, key=f"{key}_plot"):
        st.altair_chart(chart, alt=alt, key=key, width="stretch")
