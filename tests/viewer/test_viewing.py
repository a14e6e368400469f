"""The viewer in a real browser: what it shows, and what pointer, fingers and keys do."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from cxr_app.imaging.dicom.display import show
from tests.stories.browser import WIDTHS, Server, complaints
from tests.viewer.films import FILMS, deep
from tests.viewer.reading import Film, on_canvas, open_film

pytestmark = pytest.mark.browser
Opened = Callable[[str], Film]
HEARD = "() => { window.heard = []; addEventListener('keydown', (e) => heard.push(e.key)); }"


@pytest.mark.parametrize("kind", list(FILMS))
def test_at_one_to_one_each_pixel_is_the_programs_own(opened: Opened, kind: str):
    film = opened(kind)
    film.press("1")

    found = film.greys()

    assert np.array_equal(found, on_canvas(FILMS[kind]()[1], found.shape))


@pytest.mark.parametrize(
    ("keys", "turns", "is_mirrored"),
    [("t", 1, False), ("tt", 2, False), ("ttt", 3, False), ("m", 0, True), ("mt", 1, True)],
)
def test_turns_and_mirrors_are_exact_and_said_to_be_for_viewing_only(
    deep_film: Film, keys: str, turns: int, is_mirrored: bool
):
    deep_film.press("1", *keys)

    found = deep_film.greys()

    laid = on_canvas(deep()[1], found.shape, turns=turns, is_mirrored=is_mirrored)
    assert np.array_equal(found, laid)
    expect(deep_film.find(".notice")).to_contain_text("the model's input is unchanged")


def test_the_value_under_the_pointer_is_the_files(deep_film: Film):
    deep_film.press("1")
    values, shown = deep()
    greys = deep_film.greys()
    rng = np.random.default_rng(0)
    height, width = greys.shape

    for _ in range(20):
        x, y = int(rng.integers(20, width - 20)), int(rng.integers(20, height - 20))
        column, row, value = deep_film.told_at(x + 0.5, y + 0.5)
        assert value == values.values[row, column]
        assert greys[y, x] == shown[row, column]


def test_a_window_of_the_file_is_applied_to_stored_values(deep_film: Film):
    deep_film.find("select").select_option("File's window 2: C 1500, W 2000")
    deep_film.press("1")

    stored = deep()[0]
    transform = replace(stored.transform, window_centre=1500, window_width=2000)
    found = deep_film.greys()
    assert np.array_equal(found, on_canvas(show(stored.values, transform), found.shape))


def test_dragging_makes_the_window_wider_to_the_right_and_the_film_darker_downwards(
    deep_film: Film,
):
    before = deep_film.greys().mean()
    centre, width = deep_film.window()
    deep_film.drag(60, 90)

    new_centre, new_width = deep_film.window()
    stored = deep()[0]
    assert deep_film.greys().mean() < before
    deep_film.press("1")
    found = deep_film.greys()

    assert (new_centre > centre, new_width > width) == (True, True)
    transform = replace(stored.transform, window_centre=new_centre, window_width=new_width)
    expected = on_canvas(show(stored.values, transform), found.shape).astype(int)
    assert np.abs(found - expected).max() <= 1  # the line below the film rounds its numbers


def test_keys_change_window_and_zoom_and_take_it_back(deep_film: Film):
    first = deep_film.greys()
    centre, width = deep_film.window()

    deep_film.press("[")
    assert deep_film.window()[1] < width
    deep_film.press("]", "]")
    assert deep_film.window()[1] > width
    deep_film.press(",")
    assert deep_film.window()[0] > centre
    deep_film.press("i")
    assert deep_film.button("Exchange black and white").get_attribute("aria-pressed") == "true"
    deep_film.press("+", "+", "-")
    assert not np.array_equal(deep_film.greys(), first)
    deep_film.reset()

    assert np.array_equal(deep_film.greys(), first)


def test_inverting_exchanges_black_and_white_but_leaves_padding_black(opened: Opened):
    film = opened("signed")
    film.press("1", "i")

    stored, shown = FILMS["signed"]()
    expected = np.where(stored.values == -2000, 0, 255 - shown).astype(np.uint8)
    found = film.greys()
    assert np.array_equal(found, on_canvas(expected, found.shape))


def test_a_heat_map_without_opacity_leaves_the_film_bit_exact(deep_film: Film):
    deep_film.find(".stage").focus()  # its ring is in the picture
    box = deep_film.find(".stage").bounding_box()
    corner = {**box, "width": box["width"] / 2, "height": box["height"] / 2}
    before = deep_film.page.screenshot(clip=corner)
    deep_film.press("h")
    opaque = deep_film.page.screenshot(clip=corner)
    deep_film.find("input[type=range]").fill("0")
    deep_film.find(".stage").focus()
    deep_film.settle()

    assert opaque != before
    assert not deep_film.has_marks()
    assert deep_film.page.screenshot(clip=corner) == before
    expect(deep_film.find(".legend")).to_contain_text("Evidence for PNEUMONIA")
    expect(deep_film.find(".legend .numbers")).to_contain_text("line at 0.5")
    deep_film.find("input[type=range]").fill("50")


def test_the_outline_is_drawn_on_request(deep_film: Film):
    assert not deep_film.has_marks()
    deep_film.press("o")

    assert deep_film.has_marks()
    expect(deep_film.button("Outline: Lungs")).to_have_attribute("aria-pressed", "true")
    deep_film.press("o")


def test_the_sliders_drag_is_not_the_films(deep_film: Film):
    deep_film.press("h")
    window = deep_film.window()
    slider = deep_film.find("input[type=range]")
    box = slider.bounding_box()
    deep_film.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    deep_film.page.mouse.down()
    deep_film.page.mouse.move(box["x"] + box["width"], box["y"] + 2, steps=3)
    deep_film.page.mouse.up()

    assert slider.input_value() == "100"
    assert deep_film.window() == window
    slider.fill("50")


def test_full_screen_and_back(deep_film: Film):
    high = deep_film.find(".stage").bounding_box()["height"]
    button = deep_film.button("Full screen")
    deep_film.press("f")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert deep_film.find(".stage").bounding_box()["height"] > high
    deep_film.press("f")

    expect(button).to_have_attribute("aria-pressed", "false")


def test_the_wheel_zooms_to_the_pointer(deep_film: Film):
    before = deep_film.told_at(300, 200)
    deep_film.page.mouse.wheel(0, -600)
    deep_film.settle()

    column, row, _ = deep_film.told_at(300, 200)
    assert deep_film.zoom() > 100
    assert (abs(column - before[0]) <= 2, abs(row - before[1]) <= 2) == (True, True)


def test_a_zoomed_film_is_panned_by_the_middle_button_and_by_its_tool(deep_film: Film):
    deep_film.press("1", "+", "+")
    column, row, _ = deep_film.told_at(300, 300)

    deep_film.drag(30, -20, button="middle")
    assert deep_film.told_at(300, 300)[0] < column
    deep_film.press("p")
    deep_film.drag(-60, 40)

    assert deep_film.told_at(300, 300)[0] > column
    assert deep_film.told_at(300, 300)[1] < row


def test_arrows_pan_a_zoomed_film_and_otherwise_go_to_the_page(deep_film: Film):
    page = deep_film.page
    page.evaluate(HEARD)
    deep_film.press("ArrowRight", "r", "c")
    assert page.evaluate("heard") == ["ArrowRight", "r", "c"]

    page.evaluate("heard.length = 0")
    deep_film.press("1", "+", "+")
    before = deep_film.told_at(300, 300)
    deep_film.press("ArrowRight")

    assert deep_film.told_at(300, 300)[0] > before[0]
    assert page.evaluate("heard") == []


def test_the_ruler_honours_unequal_spacing_and_says_where_it_holds(deep_film: Film):
    deep_film.press("1", "d", "Enter")
    column_mm = float(_spoken(deep_film).split()[0])
    deep_film.press("Shift+ArrowLeft")

    text = _spoken(deep_film)
    assert text.endswith("mm at the detector")
    assert float(text.split()[0]) == pytest.approx(column_mm - 0.2, abs=0.051)  # one column
    deep_film.press("Delete", "Enter", *["ArrowDown"] * 5)
    assert float(_spoken(deep_film).split()[0]) > column_mm


def _spoken(film: Film) -> str:
    film.page.wait_for_timeout(600)
    return film.find(".spoken").inner_text()


def test_a_film_without_spacing_has_no_ruler(opened: Opened):
    film = opened("eight")

    expect(film.find(".toolbar").get_by_role("button", name="Ruler")).to_have_count(0)
    film.press("d")
    expect(film.button("Window: drag to change brightness and contrast")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_the_keyboard_reaches_the_film_and_a_ring_shows_it(deep_film: Film):
    deep_film.button("Keys").focus()
    deep_film.page.keyboard.press("Tab")

    stage = deep_film.find(".stage")
    expect(stage).to_be_focused()
    ring = stage.evaluate("(one) => getComputedStyle(one, '::after').borderTopWidth")
    assert ring == "2px"
    deep_film.page.keyboard.press("?")
    expect(deep_film.find("dialog")).to_be_visible()
    deep_film.page.keyboard.press("Escape")
    expect(deep_film.find("dialog")).to_be_hidden()
    assert stage.get_attribute("aria-label").startswith("Drawn chest film")


@pytest.mark.parametrize(
    ("width", "scheme"),
    [("phone", "light"), ("phone", "dark"), ("desktop", "dark"), ("wide", "light")],
)
def test_no_width_and_no_theme_has_faults(
    chromium: Browser, server: Server, width: str, scheme: str
):
    wide, high = {**WIDTHS, "wide": (1920, 1000)}[width]
    size = {"width": wide, "height": high}
    page = chromium.new_page(viewport=size, color_scheme=scheme, has_touch=wide < 400)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    film = open_film(page, server, "deep")
    film.press("h", "t")

    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= wide
    inside, viewer = film.find(".toolbar"), film.find(".stage")
    assert inside.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0
    assert viewer.bounding_box()["height"] > 300
    if width == "phone":
        film.find(".more").click()
        sizes = film.find(".toolbar").evaluate(
            "(bar) => [...bar.querySelectorAll('button, select')].filter((b) => b.offsetWidth)"
            ".map((b) => Math.min(b.offsetWidth, b.offsetHeight))"
        )
        assert (len(sizes), min(sizes)) == (17, 44)
    assert errors == []
    page.close()


def test_two_fingers_zoom(chromium: Browser, server: Server):
    wide, high = WIDTHS["phone"]
    context = chromium.new_context(
        viewport={"width": wide, "height": high}, has_touch=True, is_mobile=True
    )
    film = open_film(context.new_page(), server, "deep")
    box = film.find("canvas.film").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = film.zoom()
    session = context.new_cdp_session(film.page)
    for kind, apart in (("touchStart", 40), ("touchMove", 70), ("touchMove", 120)):
        points = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    film.settle()

    assert film.zoom() > 2 * before
    context.close()


def test_linked_viewers_follow_each_others_zoom_and_window(tab: Page, server: Server):
    tab.set_viewport_size({"width": 1500, "height": 900})
    left = open_film(tab, server, "linked")
    right = Film(tab, 1)
    zooms, widths = (left.zoom(), right.zoom()), (left.window()[1], right.window()[1])

    left.press("+", "+")
    assert right.zoom() > zooms[1]
    left.press("[")
    assert right.window()[1] < widths[1]
    ratios = [one.window()[1] / width for one, width in zip((left, right), widths, strict=True)]
    assert ratios[0] == pytest.approx(ratios[1], abs=0.005)  # each beside its own window
    right.press("0")
    right.button("Reset window, zoom and turns").click()
    left.settle()

    assert (left.zoom(), right.zoom()) == zooms


def test_the_full_depth_leaves_the_page_once_the_browser_has_it(deep_film: Film):
    expect(deep_film.page.get_by_test_id("stBidiComponentIsolated")).to_have_count(1)


def test_a_film_whose_values_cannot_be_read_says_why_and_is_still_shown(tab: Page, server: Server):
    tab.goto(f"{server.url}/?kind=broken")
    film = Film(tab)

    expect(film.find(".status .message")).to_contain_text("The file is incomplete")
    film.settle()
    assert film.greys().max() > 100
    expect(film.button("Window: drag to change brightness and contrast")).to_be_disabled()
