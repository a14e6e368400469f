"""The page in a real browser: how stories open it and what they do there."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, WebSocketRoute, expect, sync_playwright

from cxr_app.imaging.drawing import draw_png

ROOT = Path(__file__).parents[2]
QUIET = (
    "--no-sandbox",  # Chromium refuses to run as root without it, and containers are root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
MARKER = "ZZMARKER"
expect.set_options(timeout=20_000)  # a busy machine is no fault of the page
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}

DRAWN = draw_png(1, size=(640, 480))
FILMS = [
    {"name": f"{MARKER}-drawn.png", "mimeType": "image/png", "buffer": DRAWN},
    {"name": f"{MARKER}-broken.png", "mimeType": "image/png", "buffer": DRAWN[:2000]},
]


@dataclass
class Server:
    url: str
    log: Path


@contextmanager
def launched() -> Iterator[Browser]:
    """Start Chromium; without one the test is skipped, or fails where it must not be."""
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


@contextmanager
def served(script: str, folder: Path, **environment: str) -> Iterator[Server]:
    """Serve a page of Streamlit until the test is over."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    log = folder / "log.txt"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*command, "--server.address", "127.0.0.1", "--server.headless", "true"],
            cwd=ROOT,
            env={**os.environ, "HOME": str(folder), **environment},
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


def wait_until_healthy(process: subprocess.Popen[bytes], port: int) -> None:
    last = time.monotonic() + 60
    while time.monotonic() < last and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the page did not start")


@dataclass
class Visit:
    """A tab and what it complained of, asked for elsewhere, or fetched as a picture."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def listen(self, home: str) -> None:
        def heard(kind: str, text: str) -> None:
            if kind == "error":
                self.complaints.append(text)

        def asked(url: str) -> None:
            if url.startswith("http"):
                self.addresses.append(url)
            if not url.startswith((home, home.replace("http", "ws"), "data:", "blob:")):
                self.outside.append(url)
            if url.startswith(f"{home}/media/"):
                self.pictures.append(url)

        self.page.on("console", lambda message: heard(message.type, message.text))
        self.page.on("pageerror", lambda error: heard("error", str(error)))
        self.page.on("request", lambda request: asked(request.url))


def open_tab(
    chromium: Browser,
    server: Server,
    width: str,
    *,
    scheme: str = "light",
    sockets: Callable[[WebSocketRoute], None] | None = None,
) -> Visit:
    wide, high = WIDTHS[width]
    context = chromium.new_context(
        viewport={"width": wide, "height": high},
        color_scheme=scheme,
        reduced_motion="reduce",
        accept_downloads=True,
    )
    found = Visit(context.new_page())
    if sockets is not None:
        found.page.route_web_socket(re.compile("/_stcore/stream"), sockets)
    found.listen(server.url)
    found.page.set_default_timeout(30_000)
    found.page.goto(server.url)
    # The uploader is loaded last and moves what stands below it: a click meanwhile may miss.
    expect(found.page.get_by_role("button", name="Upload", exact=True)).to_be_visible()
    return found


def button(page: Page, label: str):
    return page.get_by_role("button", name=label)


def show_sidebar(page: Page) -> None:
    opener = page.get_by_test_id("stExpandSidebarButton")
    expect(page.get_by_test_id("stSidebar")).to_be_attached()
    if opener.is_visible():
        opener.click()


def fill_in(page: Page, name: str, films: list[dict]) -> None:
    page.get_by_label("Patient name").fill(name)
    page.locator("input[type=file]").set_input_files(films)
    expect(button(page, "Remove")).to_have_count(len(films))
    notice = page.get_by_test_id("stCheckbox").locator("label")
    if notice.count():
        notice.click()
        expect(page.get_by_test_id("stCheckbox")).to_have_count(0)


def complaints(page: Page) -> list[str]:
    """What axe finds that is serious; Streamlit's own fault is known by its id."""
    found = Axe().run(page).response["violations"]
    known = {"presentation-role-conflict"}
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in found
        if one["impact"] in {"serious", "critical"} and one["id"] not in known
    ]
