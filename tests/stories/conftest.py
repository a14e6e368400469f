"""What the stories share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from streamlit.testing.v1 import AppTest

from tests.stories.browser import WIDTHS, Server, Visit, launched, open_tab, served
from tests.stories.page import open_page


@pytest.fixture
def app(tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CXR_MODEL", str(tiny_bundle))
    return open_page()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with served("app.py", folder, CXR_MODEL=str(tiny_bundle)) as found:
        yield found


@pytest.fixture(params=list(WIDTHS))
def visit(request: pytest.FixtureRequest, chromium: Browser, server: Server) -> Iterator[Visit]:
    found = open_tab(chromium, server, request.param)
    yield found
    found.page.context.close()


@pytest.fixture
def tab(chromium: Browser, server: Server) -> Iterator[Visit]:
    found = open_tab(chromium, server, "desktop")
    yield found
    found.page.context.close()
