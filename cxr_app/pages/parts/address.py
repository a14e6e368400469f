"""At which address the page listens, and who can reach it."""

import ipaddress

import streamlit as st

from cxr_app.codes import Code
from cxr_app.errors import UsageError
from cxr_app.settings import Settings

__all__ = ["check", "warn"]


def check(settings: Settings) -> None:
    """Refuse to serve beyond this computer unless that was asked for.

    Raises
    ------
    UsageError
        `bind_refused`.
    """
    if not _is_own() and not settings.open_to_network:
        raise UsageError(Code.BIND_REFUSED)


def warn(settings: Settings) -> None:
    """Say who can use the page where that is not this computer alone."""
    if settings.open_to_network:
        st.warning(
            "There is no sign-in: whoever reaches this page's address can use it.",
            icon=":material/lock_open:",
        )


def _is_own() -> bool:
    address = st.get_option("server.address")
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(address)).is_loopback
    except ValueError:
        return False  # not set: Streamlit then listens at every address
