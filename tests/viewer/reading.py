"""What a viewer shows, read off the page."""

import base64
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from tests.stories.browser import Server

GREYS = """(canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const greys = new Uint8Array(width * height);
  for (let at = 0; at < greys.length; at += 1) greys[at] = data[4 * at];
  let text = "";
  for (let at = 0; at < greys.length; at += 8192) {
    text += String.fromCharCode(...greys.subarray(at, at + 8192));
  }
  return [width, height, btoa(text)];
}"""
INKED = """(canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  return data.some((value) => value !== 0);
}"""
SURROUND = 10  # red of what is around a film


@dataclass
class Film:
    """One viewer of a page."""

    page: Page
    place: int = 0

    def find(self, selector: str):
        return self.page.locator(".viewer").nth(self.place).locator(selector)

    def button(self, name: str):
        return self.find(".toolbar").get_by_role("button", name=name, exact=True)

    def press(self, *keys: str) -> None:
        self.find(".stage").focus()
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def settle(self) -> None:
        """Wait until what was asked for is drawn."""
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def reset(self) -> None:
        self.button("Reset window, zoom and turns").click()
        if self.button("Heat map").get_attribute("aria-pressed") == "true":
            self.button("Heat map").click()
        self.press("w")

    def greys(self) -> NDArray[np.uint8]:
        """Read the film's canvas, uint8 [height, width]."""
        width, height, text = self.find("canvas.film").evaluate(GREYS)
        return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width)

    def has_marks(self) -> bool:
        return self.find("canvas.marks").evaluate(INKED)

    def text(self, name: str) -> str:
        return self.find(f".status .{name}").inner_text()

    def window(self) -> tuple[float, float]:
        centre, width = re.findall(r"-?[\d.]+", self.text("window"))
        return float(centre), float(width)

    def zoom(self) -> int:
        return int(self.text("zoom").removesuffix(" %"))

    def told_at(self, x: float, y: float) -> tuple[int, int, int]:
        """Move the pointer over the canvas; return column, row and value that the viewer says."""
        box = self.find("canvas.film").bounding_box()
        self.page.mouse.move(box["x"] + x, box["y"] + y)
        found = re.findall(r"-?\d+", self.text("value"))
        return int(found[0]), int(found[1]), int(found[2])

    def drag(self, dx: float, dy: float, button: str = "left") -> None:
        box = self.find(".stage").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down(button=button)
        self.page.mouse.move(x + dx, y + dy, steps=4)
        self.page.mouse.up(button=button)
        self.settle()


def open_film(page: Page, server: Server, kind: str) -> Film:
    page.goto(f"{server.url}/?kind={kind}")
    for place in range(2 if kind == "linked" else 1):
        expect(Film(page, place).find(".status .window")).to_have_text(re.compile("C .* W "))
    film = Film(page)
    film.settle()
    return film


def on_canvas(
    shown: NDArray[np.uint8], canvas: tuple[int, int], *, turns: int = 0, is_mirrored: bool = False
) -> NDArray[np.uint8]:
    """Lay a film on a canvas [height, width] at one to one, its middle in the middle."""
    laid = np.rot90(shown[:, ::-1] if is_mirrored else shown, -turns)
    found = np.full(canvas, SURROUND, np.uint8)
    places = []
    for size, pixels, is_reversed in zip(
        canvas, laid.shape, _reversed(turns, is_mirrored), strict=True
    ):
        # Half pixels go up from where the film's own first row or column lies.
        first = np.floor(size / 2 + pixels / 2 + 0.5) - pixels if is_reversed else None
        start = int(np.floor(size / 2 - pixels / 2 + 0.5) if first is None else first)
        low, high = max(start, 0), min(start + pixels, size)
        places.append((slice(low, high), slice(low - start, high - start)))
    (down, from_row), (across, from_column) = places
    found[down, across] = laid[from_row, from_column]
    return found


def _reversed(turns: int, is_mirrored: bool) -> tuple[bool, bool]:
    """Tell whether rows and columns of the canvas run against those of the film."""
    column = -1 if is_mirrored else 1
    down, across = [(1, column), (column, -1), (-1, -column), (-column, 1)][turns]
    return down < 0, across < 0
