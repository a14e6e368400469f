"""Geometry and windowing of the viewer, asked by themselves in a browser."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from cxr_app.imaging.dicom.display import DisplayTransform, Function, show
from cxr_app.viewer.assets import ASSETS

pytestmark = pytest.mark.browser
HOME = "http://viewer.test"


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Iterator[Page]:
    """A page that can import the modules as they are."""
    page = chromium.new_page()

    def answer(route: Any) -> None:
        name = route.request.url.removeprefix(f"{HOME}/")
        text = (ASSETS / name).read_text("utf-8") if name.endswith(".js") else "<!doctype html>"
        kind = "text/javascript" if name.endswith(".js") else "text/html"
        route.fulfill(body=text, content_type=kind)

    page.route(f"{HOME}/**", answer)
    page.goto(f"{HOME}/page")
    yield page
    page.close()


def ask(page: Page, module: str, code: str, *given: Any) -> Any:
    """Run code that sees a module as `m` and what is given as `a`."""
    return page.evaluate(
        f"async (a) => {{ const m = await import('/{module}.js'); return ({code}); }}", list(given)
    )


@pytest.mark.parametrize("function", list(Function))
@pytest.mark.parametrize("is_inverted", [False, True])
def test_a_window_makes_the_greys_that_the_program_makes(
    blank: Page, function: Function, is_inverted: bool
):
    slope, intercept, centre, width = 0.7, -300.25, 512.5, 901.75
    padding = (4000, 4095)
    transform = DisplayTransform(
        slope=slope,
        intercept=intercept,
        window_centre=centre,
        window_width=width,
        window_function=function,
        inverted=is_inverted,
        padding=padding,
    )
    stored = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    scale = {"size": 65536, "lowest": 0, "slope": slope, "intercept": intercept}
    scale |= {"isInverted": is_inverted, "padding": padding, "used": [0, 65535]}
    window = {"centre": centre, "width": width, "function": str(function)}

    found = ask(blank, "windowing", "[...m.windowTable(a[0], a[1])]", scale, window)

    assert np.array_equal(found, show(stored, transform).ravel())


VIEW = {"scale": 0.5, "x": 400, "y": 300, "turns": 0, "isMirrored": False}
FILM, CANVAS = {"width": 1000, "height": 800}, {"width": 401, "height": 301}


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("is_mirrored", [False, True])
def test_the_way_to_the_canvas_and_back_is_one(blank: Page, turns: int, is_mirrored: bool):
    view = {**VIEW, "turns": turns, "isMirrored": is_mirrored}
    code = "m.applyInverse(m.toCanvas(a[0], a[1]), m.apply(m.toCanvas(a[0], a[1]), a[2]))"

    found = ask(blank, "geometry", code, view, CANVAS, {"x": 123.5, "y": 45})

    assert (found["x"], found["y"]) == pytest.approx((123.5, 45))


def test_mirroring_twice_and_turning_four_times_change_nothing(blank: Page):
    view = {**VIEW, "turns": 1}

    assert ask(blank, "geometry", "m.mirrored(m.mirrored(a[0]))", view) == view
    turned = "m.turned(m.turned(m.turned(m.turned(a[0], 1), 1), 1), 1)"
    assert ask(blank, "geometry", turned, view) == view


def test_a_mirror_exchanges_left_and_right_of_the_screen_however_the_film_is_turned(blank: Page):
    view = {**VIEW, "turns": 1}
    code = "[a[0], m.mirrored(a[0])].map((v) => m.apply(m.toCanvas(v, a[1]), {x: 500, y: 350}))"

    before, after = ask(blank, "geometry", code, view, CANVAS)

    assert before["x"] + after["x"] == pytest.approx(CANVAS["width"], abs=1)
    assert before["y"] == pytest.approx(after["y"], abs=1)


@pytest.mark.parametrize("turns", range(4))
def test_zooming_keeps_the_point_under_the_pointer(blank: Page, turns: int):
    view, at = {**VIEW, "turns": turns, "x": 500, "y": 400}, {"x": 260, "y": 120}
    code = """[a[0], m.zoomed(a[0], 2.2, a[3], a[1], a[2])]
        .map((v) => m.applyInverse(m.toCanvas(v, a[2]), a[3]))"""

    before, after = ask(blank, "geometry", code, view, FILM, CANVAS, at)

    assert (after["x"], after["y"]) == pytest.approx((before["x"], before["y"]), abs=1.5)


def test_no_edge_of_a_film_leaves_the_canvas_and_a_small_film_stands_in_its_middle(blank: Page):
    far = {**VIEW, "scale": 1, "x": -5000, "y": 5000}
    small = {**VIEW, "scale": 0.0001, "x": 0, "y": 0}

    held = ask(blank, "geometry", "m.held(a[0], a[1], a[2])", far, FILM, CANVAS)
    assert (held["x"], held["y"]) == (200.5, 800 - 150.5)
    held = ask(blank, "geometry", "m.held(a[0], a[1], a[2])", small, FILM, CANVAS)
    assert (held["x"], held["y"], held["scale"]) == (500, 400, 301 / 800)


def test_lengths_take_each_spacing_along_its_own_side(blank: Page):
    ends = [{"x": 10, "y": 10}, {"x": 13, "y": 18}]
    found = ask(blank, "geometry", "m.lengthInMm(...a)", *ends, {"row": 0.5, "column": 1})

    assert found == pytest.approx(5)  # 3 columns of 1 mm, 8 rows of half a millimetre


def test_a_smaller_copy_holds_means_and_does_not_mix_padding_in(blank: Page):
    level = "{codes: Uint16Array.from(a[0]), width: 4, height: 2, step: 1}"
    codes = [10, 20, 0, 0, 30, 40, 0, 90]

    code = f"[...m.halved({level}, a[1]).codes]"
    assert ask(blank, "pyramid", code, codes, None) == [25, 23]
    assert ask(blank, "pyramid", code, codes, [0, 0]) == [25, 0]


def test_a_heat_map_is_bilinear_between_the_centres_of_its_cells(blank: Page):
    grid = "new Float32Array([0, 1, 2, 3])"
    at = "[[1, 1], [.5, .5], [1.5, .5], [0, 0], [2, 2], [1, .5]]"
    found = ask(blank, "heatmap", f"{at}.map(([x, y]) => m.between({grid}, 2, 2, x, y))")

    assert found == pytest.approx([1.5, 0, 1, 0, 3, 0.5])


def test_the_colours_of_a_heat_map_rise_in_lightness(blank: Page):
    colours = np.array(
        ask(blank, "heatmap", "[...Array(33).keys()].map((i) => m.colourOf(i / 32))")
    )
    lightness = colours[:, :3] @ [0.2126, 0.7152, 0.0722]

    assert (np.diff(lightness) > 0).all()
    assert (np.diff(colours[:, 3]) > 0).all()
    assert colours[0, 3] == 0
