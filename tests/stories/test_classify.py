"""The page, driven without a browser."""

import re
import shutil
from pathlib import Path

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from cxr_app import Prediction, load_bundle
from cxr_app.imaging.phantom import phantom_png
from cxr_app.limits import Limits
from cxr_app.pipeline import classify
from cxr_app.sources import UploadSource
from tests.bundles import NOTICE

APP = Path(__file__).parents[2] / "app.py"

GOOD = ("good.png", phantom_png(1, size=(160, 128)), "image/png")
BROKEN = ("broken.png", GOOD[1][:500], "image/png")
OTHER = ("other.png", phantom_png(2, size=(300, 240)), "image/png")


@pytest.fixture
def app(tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CXR_MODEL", str(tiny_bundle))
    return AppTest.from_file(str(APP), default_timeout=30).run()


def press(app: AppTest, label: str) -> AppTest:
    (button,) = [button for button in app.button if button.label == label]
    return button.click().run()


def classified(app: AppTest, *films: tuple[str, bytes, str], name: str = "Ann") -> AppTest:
    app.text_input[0].set_value(name)
    app.file_uploader[0].set_value(list(films))
    return press(app, "Classify")


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def text(app: AppTest) -> str:
    return re.sub("<[^>]+>", "", html(app))


def errors(app: AppTest) -> list[str]:
    return [error.value for error in app.error]


def test_an_empty_page_shows_the_notice_and_no_error(app: AppTest):
    assert [note.value for note in app.info] == [NOTICE]
    assert errors(app) == []
    assert not app.exception
    assert text(app) == "Names and films stay in memory; a reload forgets them."


def test_what_is_missing_is_said_beside_its_field(app: AppTest):
    press(app, "Classify")

    place = [element.type for element in app.main if element.type != "html"]
    order = [kind for kind in place if kind in {"text_input", "file_uploader", "error"}]
    assert errors(app) == ["Enter the patient's name: it is empty.", "Add at least one film."]
    assert order == ["text_input", "error", "file_uploader", "error"]


def test_a_missing_name_does_not_cost_the_film(app: AppTest):
    classified(app, GOOD, name="")

    assert errors(app) == ["Enter the patient's name: it is empty."]
    assert [film.name for film in app.file_uploader[0].value] == ["good.png"]


def test_a_missing_film_does_not_cost_the_name(app: AppTest):
    classified(app, name="Ann")

    assert errors(app) == ["Add at least one film."]
    assert app.text_input[0].value == "Ann"


def test_a_problem_that_is_mended_is_not_said_again(app: AppTest):
    press(app, "Classify")

    classified(app, GOOD)

    assert errors(app) == []


def test_the_page_shows_what_the_pipeline_records(app: AppTest, tiny_bundle: Path):
    record = classify(
        UploadSource(*OTHER[:2]), Prediction(load_bundle(tiny_bundle)), limits=Limits()
    )

    classified(app, OTHER)

    shown = html(app)
    assert record.confidences is not None
    assert f"{record.label}</strong>" in shown
    assert f">{record.confidence:.1%}</span>" in shown
    for label, share in record.confidences.items():
        assert f">{label}</th>" in shown
        assert f">{share:.1%}</td>" in shown
    assert "other.png" in shown
    assert "Patient: <bdi><strong>Ann</strong></bdi>" in shown


def test_beside_the_numbers_stand_threshold_figures_and_notice(app: AppTest):
    classified(app, OTHER)

    written = [text.value for text in app.markdown]
    assert (
        "PNEUMONIA is given from 50.0% on. At that threshold, on 4 calibration films: sensitivity "
        "50.0% (25.0% to 75.0%), specificity 50.0% (25.0% to 75.0%); 95% intervals in brackets."
    ) in written
    assert NOTICE in html(app)


def test_a_broken_film_has_its_card_and_the_others_their_numbers(app: AppTest):
    classified(app, GOOD, BROKEN, OTHER)

    shown = html(app)
    assert [shown.count(name) for name in ("good.png", "broken.png", "other.png")] == [1, 1, 1]
    assert shown.index("good.png") < shown.index("broken.png") < shown.index("other.png")
    assert shown.count("<table") == 2
    assert errors(app) == [
        "The file ends too early, perhaps a broken copy; copy or download it again."
    ]
    assert "Code: truncated" in shown


def test_films_are_shown_within_the_page_and_described(app: AppTest):
    classified(app, GOOD, BROKEN)

    (picture,) = app.image
    (shown,) = picture.proto.imgs
    assert shown.url.startswith("data:image/jpeg;base64,")
    assert shown.alt.startswith("Film 1; model output ")


def test_a_warning_stands_above_the_number(app: AppTest):
    classified(app, GOOD)  # 128 pixels high

    assert [warning.value for warning in app.warning] == ["The film is small and was enlarged."]
    kinds = [
        "warning" if element.type == "warning" else "number"
        for element in app.main
        if element.type == "warning"
        or (element.type == "html" and "Model output" in element.proto.body)
    ]
    assert kinds == ["warning", "number"]


def test_results_stay_when_the_page_runs_again(app: AppTest):
    classified(app, GOOD)
    before = html(app)

    app.run()

    assert html(app) == before


def test_results_keep_the_name_they_were_started_under(app: AppTest):
    classified(app, GOOD, name="Ann")

    app.text_input[0].set_value("")
    press(app, "Classify")

    assert "<strong>Ann</strong>" in html(app)
    assert errors(app) == ["Enter the patient's name: it is empty."]


def test_a_name_that_would_act_is_shown_as_text(app: AppTest):
    classified(app, ("<i>x<b>.png", *GOOD[1:]), name="<img src=x onerror=y> **A**")

    assert "&lt;img src=x onerror=y&gt; **A**" in html(app)
    assert "&lt;i&gt;x&lt;b&gt;.png" in html(app)
    assert "<img" not in html(app)


def test_a_new_session_is_empty(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    classified(app, GOOD, OTHER)
    freed = []
    monkeypatch.setattr(
        MemoryUploadedFileManager,
        "remove_file",
        lambda self, session_id, file_id: freed.append(file_id),
    )

    press(app, "Start new session")

    assert app.text_input[0].value == ""
    assert app.file_uploader[0].value == []
    assert text(app) == "Names and films stay in memory; a reload forgets them."
    assert len(freed) == 2


def test_the_drawing_says_that_its_number_means_nothing(app: AppTest):
    press(app, "Try it with a drawing")

    notes = [note.value for note in app.info]
    assert notes == [NOTICE, "A drawing, not a film: its number means nothing."]
    assert "<table" in html(app)
    assert "Patient:" not in html(app)


def test_without_a_model_there_is_one_message_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CXR_MODEL", str(tmp_path / "nothing"))

    app = AppTest.from_file(str(APP), default_timeout=30).run()

    assert errors(app) == [
        "No model was found (no spec.json in nothing); train one, or set CXR_MODEL to a folder "
        "that holds one.\n\nCode: `model_missing`"
    ]
    assert not app.exception
    assert not [*app.button, *app.text_input, *app.file_uploader, *app.info]


def test_a_model_that_is_mended_needs_no_restart(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CXR_MODEL", str(tmp_path / "late"))
    app = AppTest.from_file(str(APP), default_timeout=30).run()

    shutil.copytree(tiny_bundle, tmp_path / "late")
    app.run()

    assert errors(app) == []
    assert app.button


def test_a_wrong_setting_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CXR_MAX_BYTES", "64MB")

    app = AppTest.from_file(str(APP), default_timeout=30).run()

    (message,) = errors(app)
    assert "CXR_MAX_BYTES" in message
    assert not app.button
