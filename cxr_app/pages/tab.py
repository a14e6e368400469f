"""What Streamlit itself knows of a tab: whether it is open, and the uploads it holds for it."""

from collections.abc import Callable, Sequence

from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

__all__ = ["connection", "free"]


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
