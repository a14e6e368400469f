"""All that leans on the inside of a library, with its reason; `tests/test_patches.py` guards it.

Nothing here is promised by the library, so an upgrade may break it: the tests then fail by name.
Libraries are imported inside the functions, so that whoever needs one does not wait for another.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streamlit.runtime.app_session import AppSession
    from streamlit.runtime.uploaded_file_manager import UploadedFile

__all__ = [
    "draw_whole_on_return",
    "free_uploads",
    "import_keras",
    "import_openvino",
    "is_tab_open",
    "keep_uploads_in_memory",
    "tab_id",
]


def import_openvino() -> Any:
    """Import OpenVINO with its usage reporting made unavailable.

    Left alone, ``import openvino`` writes a client number into the home folder and reports the
    import to an analytics server, unless a person has opted out by hand. OpenVINO does without the
    reporting package where it is not installed, so it is made to look absent.

    Raises
    ------
    ModuleNotFoundError
        Where OpenVINO is not installed.
    """
    # None in sys.modules is Python's own way to make an import fail.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def import_keras() -> Any:
    """Import Keras without the notes that TensorFlow writes to standard error as it loads.

    Most of them end with ``TF_CPP_MIN_LOG_LEVEL``; the first ones are written before TensorFlow
    looks at it, by its C++ side, so standard error itself is put aside during the import.

    Raises
    ------
    ModuleNotFoundError
        Where Keras or its back end is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "keras" not in sys.modules:
        with _stderr_aside():
            import keras
    import keras

    return keras


@contextmanager
def _stderr_aside() -> Iterator[None]:
    try:
        kept = os.dup(2)
    except OSError:  # closed by whoever started the program
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def keep_uploads_in_memory(max_bytes: int) -> None:
    """Take uploads in memory; left alone, Starlette writes those over 1 MiB to a temporary file."""
    from starlette.formparsers import MultiPartParser

    MultiPartParser.spool_max_size = max_bytes + 1


def is_tab_open() -> Callable[[], bool]:
    """Tell how to ask, from any thread, whether this tab is open."""
    from streamlit.runtime import Runtime

    id_ = tab_id()
    if id_ is None or not Runtime.exists():
        return lambda: True
    runtime = Runtime.instance()
    return lambda: runtime.is_active_session(id_)


def tab_id() -> str | None:
    """Name this tab as Streamlit does; None outside a page."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    return None if context is None else context.session_id


def free_uploads(uploads: "Sequence[UploadedFile]") -> None:
    """Let uploads go; Streamlit itself would hold their bytes until the tab is closed."""
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for upload in uploads:
            context.uploaded_file_mgr.remove_file(context.session_id, upload.file_id)


def draw_whole_on_return() -> None:
    """Begin again where a browser comes back after its connection was lost.

    Left alone, Streamlit first sends what it had not sent yet of a drawing whose beginning was lost
    with the connection; its browser part finds no place for that and shows a white page. The
    browser asks for the whole page at once anyway.
    """
    from streamlit.runtime.app_session import AppSession

    watch = AppSession.register_file_watchers
    if getattr(watch, "forgets_unsent", False):
        return

    def forget_unsent(session: "AppSession") -> None:
        session._clear_queue()  # Streamlit has no public way
        watch(session)

    forget_unsent.forgets_unsent = True  # type: ignore[attr-defined]
    AppSession.register_file_watchers = forget_unsent  # type: ignore[method-assign, assignment]
