"""The page's boundary: whatever goes wrong becomes one sentence and a code."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from cxr_app.codes import Code
from cxr_app.errors import CxrError
from cxr_app.pages.parts.wording import plain

__all__ = ["guarded"]

log = logging.getLogger(__name__)


@contextmanager
def guarded() -> Iterator[None]:
    """Show an error as its sentence and code, and end the page there."""
    try:
        yield
    except CxrError as error:
        _stop(error)
    except Exception as error:  # noqa: BLE001 - the page's boundary
        incident = secrets.token_hex(4)
        # Streamlit's own signals (stop, rerun) are no Exceptions and pass. Of the others the type
        # alone is logged: a library's text may quote what the reader typed.
        log.error("page_failed incident=%s type=%s", incident, type(error).__name__)
        _stop(CxrError(Code.INTERNAL_ERROR, id=incident))


def _stop(error: CxrError) -> None:
    st.error(f"{plain(str(error))}\n\nCode: `{error.code}`", icon=":material/error:")
    st.stop()
