"""What the stories share."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from streamlit.testing.v1 import AppTest

from tests.stories.browser import (
    QUIET,
    ROOT,
    WIDTHS,
    Server,
    Visit,
    open_tab,
    wait_until_healthy,
)
from tests.stories.page import open_page


@pytest.fixture
def app(tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CXR_MODEL", str(tiny_bundle))
    return open_page()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    place = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if place is None:
        reason = "no Chromium: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    log = folder / "log.txt"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*command, "--server.address", "127.0.0.1", "--server.headless", "true"],
            cwd=ROOT,
            env={**os.environ, "CXR_MODEL": str(tiny_bundle), "HOME": str(folder)},
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own, so that nothing else is ended with it
        )
    try:
        wait_until_healthy(process, port)
        yield Server(f"http://127.0.0.1:{port}", log)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


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
