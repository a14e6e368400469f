"""The page in a real browser: what only it can show."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cxr_app.imaging.phantom import phantom_png

pytestmark = pytest.mark.browser

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
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}

DRAWN = phantom_png(1, size=(640, 480))
FILMS = [
    {"name": f"{MARKER}-drawn.png", "mimeType": "image/png", "buffer": DRAWN},
    {"name": f"{MARKER}-broken.png", "mimeType": "image/png", "buffer": DRAWN[:2000]},
]


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


@dataclass
class Server:
    url: str
    log: Path


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

    def listen(self, home: str) -> None:
        def heard(kind: str, text: str) -> None:
            if kind == "error":
                self.complaints.append(text)

        def asked(url: str) -> None:
            if not url.startswith((home, home.replace("http", "ws"), "data:", "blob:")):
                self.outside.append(url)
            if url.startswith(f"{home}/media/"):
                self.pictures.append(url)

        self.page.on("console", lambda message: heard(message.type, message.text))
        self.page.on("pageerror", lambda error: heard("error", str(error)))
        self.page.on("request", lambda request: asked(request.url))


@pytest.fixture(params=list(WIDTHS))
def visit(request: pytest.FixtureRequest, chromium: Browser, server: Server) -> Iterator[Visit]:
    width, height = WIDTHS[request.param]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    found = Visit(context.new_page())
    found.listen(server.url)
    found.page.set_default_timeout(30_000)
    found.page.goto(server.url)
    yield found
    context.close()


def button(page: Page, label: str):
    return page.get_by_role("button", name=label)


def test_two_films_are_classified_and_a_new_session_is_empty(
    visit: Visit, server: Server, tmp_path: Path
):
    page = visit.page

    page.get_by_label("Patient name").fill(f"{MARKER} Ann")
    page.locator("input[type=file]").set_input_files(FILMS)
    expect(page.get_by_text(f"{MARKER}-broken.png")).to_be_visible()
    page.screenshot(path=tmp_path / "form.png")
    button(page, "Classify").click()

    expect(page.get_by_role("heading", name=f"1. {MARKER}-drawn.png")).to_be_visible()
    expect(page.get_by_role("heading", name=f"2. {MARKER}-broken.png")).to_be_visible()
    expect(page.get_by_text("Code: truncated")).to_be_visible()
    table = page.get_by_role("table")
    expect(table.get_by_role("rowheader")).to_have_text(["NORMAL", "PNEUMONIA"])
    shares = [float(cell.rstrip("%")) for cell in re.findall(r"\d+\.\d%", table.inner_text())]
    assert sum(shares) == pytest.approx(100, abs=0.11)  # each is rounded
    picture = page.get_by_alt_text("Film 1; model output")
    assert picture.evaluate("shown => shown.naturalWidth") == 512
    # Streamlit scrolls within the page, so a picture of all of it needs a high window.
    page.set_viewport_size({"width": page.viewport_size["width"], "height": 1800})
    page.screenshot(path=tmp_path / "results.png")
    is_wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(is_wider)

    button(page, "Start new session").click()

    expect(button(page, "Try it with a drawing")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.get_by_label("Patient name")).to_have_value("")
    expect(page.get_by_text(MARKER)).to_have_count(0)
    assert visit.complaints == []
    assert visit.outside == []
    assert visit.pictures == []
    assert MARKER not in server.log.read_text("utf-8")


def test_what_is_missing_keeps_what_was_typed(visit: Visit):
    page = visit.page

    page.get_by_label("Patient name").fill("Ann")
    button(page, "Classify").click()

    expect(page.get_by_text("Add at least one film.")).to_be_visible()
    expect(page.get_by_label("Patient name")).to_have_value("Ann")


def test_two_clicks_are_one_run(visit: Visit):
    page = visit.page

    page.get_by_label("Patient name").fill("Ann")
    many = [{**FILMS[0], "name": f"{number}.png"} for number in range(6)]
    page.locator("input[type=file]").set_input_files(many)
    expect(button(page, "Classify")).to_be_enabled()
    expect(page.get_by_text("5.png")).to_have_count(1)
    button(page, "Classify").dblclick()

    expect(page.get_by_role("table")).to_have_count(6)
    names = page.get_by_role("heading", level=3)
    expect(names).to_have_text([f"{number + 1}.\xa0{number}.png" for number in range(6)])
