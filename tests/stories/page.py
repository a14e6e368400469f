"""The page without a browser: what stories do and look at."""

import re
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from cxr_app.imaging.drawing import draw_png
from cxr_app.workspace import Workspace

GOOD = ("good.png", draw_png(1, size=(160, 128)), "image/png")
OTHER = ("other.png", draw_png(2, size=(300, 240)), "image/png")

APP = Path(__file__).parents[2] / "app.py"


def open_page() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run()


def press(app: AppTest, label: str) -> AppTest:
    """Press the button of this label; a session's button by the patient's name."""
    (button,) = [button for button in app.button if label in (button.label, first_word(button))]
    return button.click().run()


def first_word(button) -> str:
    """Whose session a button of the sidebar opens: the name is set apart by hidden signs."""
    found = re.match("\u2068(.*)\u2069", button.label)
    return found[1] if found else ""


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def workspace(app: AppTest) -> Workspace:
    found: Workspace = app.session_state["classify_workspace"]
    return found


def upload(app: AppTest, *films: tuple[str, bytes, str]) -> AppTest:
    return app.file_uploader[0].set_value(list(films)).run()


def type_name(app: AppTest, name: str) -> AppTest:
    return app.text_input[0].set_value(name).run()


def accept(app: AppTest) -> AppTest:
    return app.checkbox[0].check().run() if app.checkbox else app


def when_done(app: AppTest) -> AppTest:
    """Wait until every run has ended, then draw the page again."""
    last = time.monotonic() + 30
    while any(workspace(app).run(session.id) for session in workspace(app).sessions):
        assert time.monotonic() < last, "a run does not end"
        time.sleep(0.01)
    return app.run()


def when_looked_at(app: AppTest, form: str = "new") -> AppTest:
    """Wait until every film of the form has been looked at, then draw the page again."""
    last = time.monotonic() + 30
    while any(film.look is None for film in workspace(app).films_on(form)):
        assert time.monotonic() < last, "a film is still being read"
        time.sleep(0.01)
    return app.run()


def classify(app: AppTest, *films: tuple[str, bytes, str], name: str = "Ann") -> AppTest:
    """Fill in the form for a new session, send it, and wait for the results."""
    type_name(app, name)
    upload(app, *films)
    accept(app)
    return when_done(press(app, "Classify"))


def html(app: AppTest) -> str:
    parts = [element.proto.body for element in app.get("html")]
    return "\n".join(part for part in parts if not part.startswith("<style>"))


def text(app: AppTest) -> str:
    return re.sub("<[^>]+>", "", html(app))


def errors(app: AppTest) -> list[str]:
    return [error.value for error in app.error]
