"""What the number means, in a real browser: keyboard, width, contrast, size of messages."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from cxr_app.bundle import load_bundle
from tests.interpretation.reports import write_report
from tests.stories.browser import (
    FILMS,
    WIDTHS,
    Server,
    Visit,
    button,
    complaints,
    fill_in,
    open_tab,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def tiny_bundle(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model with a report on an official test, for the server of this file."""
    folder = tmp_path_factory.mktemp("told") / "tiny"
    shutil.copytree(tiny_bundle, folder)
    write_report(load_bundle(folder))
    return folder


def open_part(page: Page) -> None:
    fill_in(page, "Ann", FILMS)
    button(page, "Classify").click()
    page.get_by_text("What the number means").click()
    expect(page.get_by_role("slider", name="Prevalence in your setting")).to_be_visible()
    # The chart is loaded last and moves what stands below it: a click meanwhile may miss.
    expect(page.locator("[data-testid=stVegaLiteChart] :is(svg, canvas)").first).to_be_visible()


def try_changes(page: Page) -> None:
    button(page, "Try 20 small changes").click()
    expect(page.get_by_text("With 20 small changes")).to_be_visible()
    expect(page.get_by_text("Answers as a table")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_can_be_read(chromium: Browser, server: Server, width: str, scheme: str):
    visit = open_tab(chromium, server, width, scheme=scheme)
    page = visit.page
    open_part(page)
    try_changes(page)
    page.get_by_text("What to do next").last.click()  # of the refused film
    expect(page.get_by_text("Having no result is not a normal result.")).to_be_visible()
    for summary in page.locator("details > summary", has_text="as a table").all():
        summary.click()
    expect(page.get_by_role("row", name="JPEG of quality 60")).to_be_visible()

    assert complaints(page) == []
    is_wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(is_wider)
    assert visit.complaints == []
    assert visit.outside == []
    page.context.close()


def test_the_slider_hears_the_keyboard(tab: Visit):
    page = tab.page
    open_part(page)
    slider = page.get_by_role("slider", name="Prevalence in your setting")
    expect(page.get_by_text("50%: as many children with pneumonia as without")).to_be_visible()

    slider.focus()
    page.keyboard.press("ArrowLeft")

    expect(page.get_by_text("40%: of 100 children who have a chest film")).to_be_visible()


def test_moving_the_slider_draws_nothing_large(tab: Visit):
    """See `cxr_app.pages.parts.watch`: what draws itself again must be sent whole each time."""
    sent: list[ForwardMsg] = []
    limit = int(config.get_option("global.minCachedMessageSize"))

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: sent.append(ForwardMsg.FromString(frame)))

    tab.page.on("websocket", listen)
    tab.page.reload()
    open_part(tab.page)
    try_changes(tab.page)
    sent.clear()

    tab.page.get_by_role("slider").focus()
    tab.page.keyboard.press("ArrowLeft")
    expect(tab.page.get_by_text("40%: of 100 children")).to_be_visible()

    again = [message for message in sent if message.delta.fragment_id]
    assert again
    assert max(message.ByteSize() for message in again) < limit
    # The film stays where it is and is not sent again.
    assert not [one for one in sent if one.HasField("delta") and not one.delta.fragment_id]
