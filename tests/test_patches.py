"""What we lean on inside libraries is still there, and still does what we lean on it for.

A failure here after an upgrade names the library; the reasons stand in `cxr_app/patches.py`.
"""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from cxr_app import patches

ROOT = Path(__file__).parent.parent


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_streamlit_still_has_the_queue_that_is_dropped_and_the_hook_that_drops_it():
    from streamlit.runtime import Runtime
    from streamlit.runtime.app_session import AppSession

    assert callable(AppSession._clear_queue)
    assert callable(AppSession.register_file_watchers)
    # It is called when a browser comes back: that is why it can be our hook.
    reconnect = inspect.getsource(Runtime.connect_session) + inspect.getsource(
        sys.modules["streamlit.runtime.websocket_session_manager"]
    )
    assert "register_file_watchers" in reconnect


def test_a_browser_that_comes_back_finds_an_empty_queue(monkeypatch: pytest.MonkeyPatch):
    from streamlit.runtime.app_session import AppSession

    did: list[str] = []

    class Tab:
        def _clear_queue(self) -> None:
            did.append("drop")

    monkeypatch.setattr(AppSession, "register_file_watchers", lambda session: did.append("watch"))

    patches.draw_whole_on_return()
    patches.draw_whole_on_return()  # each run of the page asks for it
    AppSession.register_file_watchers(Tab())

    assert did == ["drop", "watch"]


def test_streamlit_still_tells_whether_a_tab_is_open_and_frees_an_upload():
    from streamlit.runtime import Runtime
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    assert get_script_run_ctx(suppress_warning=True) is None  # no page here
    assert list(inspect.signature(Runtime.is_active_session).parameters) == ["self", "session_id"]
    assert list(inspect.signature(MemoryUploadedFileManager.remove_file).parameters) == [
        "self",
        "session_id",
        "file_id",
    ]


def test_outside_a_page_every_tab_counts_as_open():
    assert patches.is_tab_open()()


def test_starlette_still_spools_uploads_at_the_size_that_is_set(monkeypatch: pytest.MonkeyPatch):
    from starlette.formparsers import MultiPartParser

    monkeypatch.setattr(MultiPartParser, "spool_max_size", 2**20)
    patches.keep_uploads_in_memory(64 * 2**20)

    assert MultiPartParser.spool_max_size == 64 * 2**20 + 1
    assert "self.spool_max_size" in inspect.getsource(MultiPartParser)


def test_openvino_is_imported_without_its_reporting():
    found = run(
        "import sys\nfrom cxr_app.patches import import_openvino\n"
        "print(import_openvino().__name__, sys.modules['openvino_telemetry'])"
    )

    assert found.stdout.split() == ["openvino", "None"]
    assert found.stderr == ""


@pytest.mark.slow
def test_keras_is_imported_without_a_word_and_complaints_are_heard_again_afterwards():
    found = run(
        "import sys\nfrom cxr_app.patches import import_keras\n"
        "print(import_keras().__name__)\nprint('heard', file=sys.stderr)"
    )

    assert found.stdout.split() == ["keras"]
    assert found.stderr == "heard\n"
