"""What Streamlit itself knows of a tab: whether it is open, and what it holds for it."""

from collections.abc import Callable, Sequence
from typing import Final

from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

__all__ = ["connection", "draw_whole_on_return", "free"]

_on_return: Final = AppSession.register_file_watchers


def connection() -> Callable[[], bool]:
    """Tell how to ask, from any thread, whether this tab is open."""
    context = get_script_run_ctx()
    if context is None or not Runtime.exists():
        return lambda: True
    runtime, id_ = Runtime.instance(), context.session_id
    return lambda: runtime.is_active_session(id_)


def free(uploads: Sequence[UploadedFile]) -> None:
    """Let uploads go; Streamlit itself would hold their bytes until the tab is closed."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for upload in uploads:
            context.uploaded_file_mgr.remove_file(context.session_id, upload.file_id)


def draw_whole_on_return() -> None:
    """Begin anew where a browser comes back after its connection was lost.

    Left alone, Streamlit first sends what it had not sent yet of a drawing whose beginning was lost
    with the connection; its browser part finds no place for that and shows a white page. The
    browser asks for the whole page at once anyway.
    """
    AppSession.register_file_watchers = _forget_unsent  # type: ignore[method-assign, assignment]


def _forget_unsent(session: AppSession) -> None:
    session._clear_queue()  # Streamlit has no public way
    _on_return(session)
