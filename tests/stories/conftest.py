"""What the stories share."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.stories.page import open_page


@pytest.fixture
def app(tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CXR_MODEL", str(tiny_bundle))
    return open_page()
