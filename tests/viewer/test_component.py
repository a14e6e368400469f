"""The viewer's call on a page."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.display import DisplayTransform
from cxr_app.imaging.stored import StoredFilm
from cxr_app.viewer import FullDepth, component
from tests.viewer.test_encoding import read


def page() -> None:
    from cxr_app.viewer import FilmView
    from cxr_app.viewer.component import show_film

    view = FilmView(film_id="one", width=4, height=3, preview=b"x", alt="A film")
    show_film(view, key="film")


def test_it_is_drawn_on_a_page_and_on_the_next_one():
    for _ in range(2):  # each test of a page has a run time of its own
        assert not AppTest.from_function(page).run().exception


def load() -> FullDepth:
    values = np.arange(12, dtype=np.uint16).reshape(3, 4)
    greys = np.zeros(65536, np.uint8)
    return FullDepth(film=StoredFilm(values=values, transform=DisplayTransform(), greys=greys))


def refuse() -> FullDepth:
    raise Rejected(Code.TRUNCATED)


def test_what_is_refused_is_a_sentence_for_the_viewer():
    header, _ = read(component._depth("one", refuse))

    assert header["sentence"] == str(Rejected(Code.TRUNCATED))


def test_a_film_too_large_for_a_message_is_not_sent(monkeypatch: pytest.MonkeyPatch):
    assert read(component._depth("one", load))[0]["kind"] == "depth"
    monkeypatch.setattr(component, "MOST_BYTES", 100)

    assert read(component._depth("one", load))[0]["sentence"] == component.TOO_LARGE


@pytest.mark.parametrize(
    ("asked", "is_wanted"),
    [
        (None, False),
        ({"wanted": "one", "times": 0}, True),
        ({"wanted": "other"}, False),
        ({"held": "one"}, False),
        ("one", False),
    ],
)
def test_values_are_sent_only_while_the_browser_lacks_them(asked: object, is_wanted: bool):
    assert component._is_wanted(asked, "one") is is_wanted
