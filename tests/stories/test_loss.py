"""Names and films that are gone: the page says so, and why."""

import pytest
from streamlit.testing.v1 import AppTest

from cxr_app.pages import state
from cxr_app.workspace import IDLE_SECONDS
from tests.stories.page import APP, GOOD, classify, open_page, press, workspace


def warnings(app: AppTest) -> list[str]:
    return [one.value for one in app.warning]


def opened_with(address: dict[str, str]) -> AppTest:
    """Open a page as a browser does that had one open: with the address of the one before."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    return app.run()


def address_of(app: AppTest) -> dict[str, str]:
    """The page's address holds a random id, and only while there is something to lose."""
    mark = app.query_params["page"]
    mark = mark[0] if isinstance(mark, list) else mark
    assert len(mark) == 8
    return {"page": mark}


def test_a_fresh_page_has_lost_nothing_and_a_plain_address(app: AppTest):
    assert warnings(app) == []
    assert "page" not in app.query_params


def test_a_page_that_is_loaded_again_says_what_became_of_the_films(app: AppTest):
    classify(app, GOOD)

    again = opened_with(address_of(app))

    assert warnings(again) == [state.RELOADED]
    assert "page" not in again.query_params


def test_a_page_whose_program_was_restarted_says_so_until_there_are_films_again(app: AppTest):
    again = opened_with({"page": "0badc0de"})  # of a program that has ended
    assert warnings(again) == [state.RESTARTED]

    classify(again, GOOD)

    assert state.RESTARTED not in warnings(again)


def test_a_session_that_expired_says_so(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    classify(app, GOOD)
    found = workspace(app)
    now = found._clock()
    monkeypatch.setattr(found, "_clock", lambda: now + IDLE_SECONDS + 1)
    found.free_if_left()

    app.run()

    assert warnings(app) == [state.EXPIRED]
    assert workspace(app).sessions == ()


def test_what_a_reader_deletes_is_not_called_lost(app: AppTest):
    classify(app, GOOD)

    press(app, "Delete everything")

    assert warnings(app) == []
    assert warnings(open_page()) == []
