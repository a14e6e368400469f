"""The page in a real browser: what only it can show."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, WebSocket, WebSocketRoute, expect
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.stories.browser import (
    FILMS,
    MARKER,
    WIDTHS,
    Server,
    Visit,
    button,
    complaints,
    fill_in,
    open_tab,
    show_sidebar,
)

pytestmark = pytest.mark.browser


def test_two_films_are_classified_and_the_session_opens_again(
    visit: Visit, server: Server, tmp_path: Path
):
    page = visit.page

    fill_in(page, f"{MARKER} Ann", FILMS)
    expect(page.locator("bdi").filter(has_text=f"{MARKER}-broken.png")).to_be_visible()
    expect(page.get_by_test_id("stFileChipName").first).to_be_hidden()
    page.screenshot(path=tmp_path / "form.png")
    assert complaints(page) == []
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
    assert complaints(page) == []

    show_sidebar(page)
    button(page, "Start new session").click()

    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.get_by_label("Patient name")).to_have_value("")
    expect(page.get_by_text(f"{MARKER}-drawn.png")).to_have_count(0)
    show_sidebar(page)
    button(page, f"{MARKER} Ann").click()
    expect(page.get_by_role("heading", name=f"1. {MARKER}-drawn.png")).to_be_attached()
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

    many = [{**FILMS[0], "name": f"{number}.png"} for number in range(6)]
    fill_in(page, "Ann", many)
    place = button(page, "Classify").bounding_box()
    assert place is not None
    for _ in range(2):
        page.mouse.click(place["x"] + 10, place["y"] + 10)
        page.wait_for_timeout(150)  # as fast as a hand: the first one has been heard by then

    expect(page.get_by_role("table")).to_have_count(6)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    names = page.get_by_role("heading", level=3)
    expect(names).to_have_text([f"{number + 1}.\xa0{number}.png" for number in range(6)])
    show_sidebar(page)
    expect(page.get_by_role("button", name="Ann")).to_have_count(1)


def test_a_file_that_the_field_refuses_is_told_beside_the_good_ones(tab: Visit):
    page = tab.page
    huge = {"name": "huge.png", "mimeType": "image/png", "buffer": b"x"}
    page.get_by_test_id("stFileUploader").wait_for()
    # 65 MB would take long to send: the browser is told of the size alone.
    page.evaluate(
        """() => Object.defineProperty(File.prototype, "size", {
             get() { return this.name === "huge.png" ? 65 * 2 ** 20 : 9 } })"""
    )

    page.locator("input[type=file]").set_input_files([FILMS[0], huge])

    expect(button(page, "Remove").filter(has_text="Remove")).to_have_count(1)
    expect(page.get_by_text("File must be 64.0MB or smaller")).to_be_visible()


def test_a_lost_connection_costs_nothing(chromium: Browser, server: Server):
    lost: list[WebSocketRoute] = []
    coming = iter(())  # how many more messages reach the page before the connection is lost

    def pass_on(to_page: WebSocketRoute) -> None:
        to_server = to_page.connect_to_server()

        def tell(message: str | bytes) -> None:
            if to_server in lost:
                return
            to_page.send(message)
            if next(coming, None) == 0:
                lost.append(to_server)
                to_server.close()

        to_server.on_message(tell)

    tab = open_tab(chromium, server, "desktop", sockets=pass_on)
    page = tab.page
    fill_in(page, "Ann", [{**FILMS[0], "name": f"{number}.png"} for number in range(12)])
    label = "Classify"
    # Lost in the middle of a drawing, be the run still going or over.
    for n_before in (30, 55, 80):
        coming = reversed(range(n_before))
        button(page, label).click()
        expect(page.get_by_role("table")).to_have_count(12)
        button(page, "Start new session").click()
        expect(page.get_by_role("table")).to_have_count(0)
        label = "Ann"
    assert len(lost) == 3
    # A look for news that falls due while there is no connection: said by Streamlit, and harmless.
    assert [one for one in tab.complaints if "when disconnected from server" not in one] == []
    page.context.close()


def test_what_draws_itself_again_is_never_sent_as_a_reference(tab: Visit):
    """Streamlit drops the containers of two draws that follow at once, not what lies in them."""
    sent: list[ForwardMsg] = []
    limit = int(config.get_option("global.minCachedMessageSize"))

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: sent.append(ForwardMsg.FromString(frame)))

    tab.page.on("websocket", listen)
    tab.page.reload()
    fill_in(tab.page, "Ann", [{**FILMS[0], "name": f"{number}.png"} for number in range(6)])
    button(tab.page, "Classify").click()
    expect(tab.page.get_by_role("table")).to_have_count(6)

    again = [message for message in sent if message.delta.fragment_id]
    assert again
    assert max(message.ByteSize() for message in again) < limit
    # The films themselves are as large as that, so they are drawn with the page.
    assert max(message.ByteSize() for message in sent) > limit


def test_two_browsers_see_nothing_of_each_other(tab: Visit, chromium: Browser, server: Server):
    fill_in(tab.page, f"{MARKER} Ann", [FILMS[0]])
    button(tab.page, "Classify").click()
    expect(tab.page.get_by_role("table")).to_be_visible()
    asked = [request for request in tab.addresses if "/_stcore/" not in request]

    other = open_tab(chromium, server, "desktop")
    button(other.page, "Classify").wait_for()

    assert MARKER not in other.page.content()
    # No address that the first browser asked for holds a film, a name or a result.
    for address in asked:
        answer = other.page.request.get(address)
        assert MARKER.encode() not in answer.body()
        assert not answer.headers.get("content-type", "").startswith("image/jpeg")
    other.page.context.close()


def test_results_are_saved_by_the_browser_itself(tab: Visit):
    page = tab.page
    fill_in(page, "Ann", [FILMS[0]])
    button(page, "Classify").click()
    expect(page.get_by_role("table")).to_be_visible()

    with page.expect_download() as waited:
        button(page, "Download CSV").click()

    assert re.fullmatch(r"cxr-demo-\d{8}-\d{6}\.csv", waited.value.suggested_filename)
    saved = Path(waited.value.path()).read_bytes().decode("utf-8-sig")
    assert saved.splitlines()[1].startswith('"Ann",')
    assert tab.pictures == []


def test_the_keyboard_alone_suffices(tab: Visit):
    page = tab.page
    button(page, "Classify").wait_for()

    def go_to(label: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                "(document.activeElement.ariaLabel || '') + document.activeElement.innerText"
            )
            if label in focused:
                return
        pytest.fail(f"no {label} within reach of the tab key")

    page.get_by_label("Patient name").focus()
    page.keyboard.type("Ann")
    go_to("Add a drawing")
    page.keyboard.press("Enter")
    expect(button(page, "Remove")).to_have_count(1)
    page.get_by_label("Patient name").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "checkbox":
            break
    page.keyboard.press("Space")
    expect(page.get_by_test_id("stCheckbox")).to_have_count(0)
    page.get_by_label("Patient name").focus()
    go_to("Classify")
    page.keyboard.press("Enter")

    expect(page.get_by_role("table")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_dark_page_has_no_serious_fault(chromium: Browser, server: Server, width: str):
    visit = open_tab(chromium, server, width, scheme="dark")
    button(visit.page, "Classify").click()
    expect(visit.page.get_by_text("Add at least one film.")).to_be_visible()

    assert complaints(visit.page) == []
    visit.page.context.close()
