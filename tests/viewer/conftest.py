"""A page of viewers in a browser, started once for a file of tests."""

from collections.abc import Iterator

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
def deep_tab(chromium: Browser, server: Server) -> Iterator[Film]:
    page = chromium.new_page(viewport={"width": 1000, "height": 900})
    yield open_film(page, server, "deep")
    page.close()


@pytest.fixture
def deep_film(deep_tab: Film) -> Film:
    """One film for many tests, each of which finds it as it was at first."""
    deep_tab.reset()
    return deep_tab
