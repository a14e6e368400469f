"""Who can reach the page, where that is not this computer alone."""

import streamlit as st

from cxr_app.serve import check_address
from cxr_app.settings import Settings

__all__ = ["check", "warn"]


def check(settings: Settings) -> None:
    """Refuse, as the launcher does, a page that was started in another way.

    Raises
    ------
    UsageError
        `bind_refused`.
    """
    check_address(st.get_option("server.address"), settings)


def warn(settings: Settings) -> None:
    """Say who can use the page where that is not this computer alone."""
    if settings.open_to_network:
        st.warning(
            "There is no sign-in. Anyone who can reach this page's address can use it.",
            icon=":material/lock_open:",
        )
