"""A page of viewers in a browser, started once for a file of tests."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.stories.browser import Server, launched, served
from tests.viewer.reading import Film, open_film


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served("tests/viewer/page.py", tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture(scope="module")
def tab(chromium: Browser, server: Server) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1000, "height": 900})
    yield page
    page.close()


@pytest.fixture(scope="module")
def opened(chromium: Browser, server: Server) -> Iterator[Callable[[str], Film]]:
    """Give the tab of a kind of film, opened once for a file of tests."""
    films: dict[str, Film] = {}

    def give(kind: str) -> Film:
        if kind not in films:
            page = chromium.new_page(viewport={"width": 1000, "height": 900})
            films[kind] = open_film(page, server, kind)
        film = films[kind]
        film.page.bring_to_front()
        film.reset()
        return film

    yield give
    for film in films.values():
        film.page.close()


@pytest.fixture
def deep_film(opened: Callable[[str], Film]) -> Film:
    """A film of 12 bits, as it was at first."""
    return opened("deep")
