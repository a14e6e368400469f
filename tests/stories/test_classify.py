"""The form and its results, driven without a browser."""

import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from cxr_app import Prediction, load_bundle
from cxr_app.codes import Code
from cxr_app.decoding.pool import DecoderPool
from cxr_app.errors import Rejected
from cxr_app.limits import Limits
from cxr_app.pages.parts import model
from cxr_app.percent import percent
from cxr_app.pipeline import classify as classify_one
from cxr_app.sources import UploadSource
from cxr_app.workspace import Workspace
from tests.stories.page import (
    GOOD,
    OTHER,
    accept,
    classify,
    errors,
    html,
    labels,
    open_page,
    press,
    text,
    type_name,
    upload,
    when_done,
    when_looked_at,
    workspace,
)

BROKEN = ("broken.png", GOOD[1][:500], "image/png")


# The form

# The page's own wording of the bundle's.
NOTICE = "Research and education only. Not a medical device, not for diagnostic use; a test model."


def test_an_empty_page_shows_the_notice_and_no_error(app: AppTest):
    assert [note.value for note in app.info] == [NOTICE]
    assert errors(app) == []
    assert not app.exception
    assert app.text_input[0].value == ""
    assert labels(app) == [
        "Classify",
        "Add a drawing",
        "Fetch two adult films",
        "Start new session",
    ]


def test_what_is_missing_is_said_beside_its_field(app: AppTest):
    press(app, "Classify")

    kinds = {"text_input", "file_uploader", "checkbox", "error"}
    order = [element.type for element in app.main if element.type in kinds]
    assert errors(app) == [
        "Enter the patient's name: it is empty.",
        "Add at least one film.",
        "Confirm that you have read the notice.",
    ]
    assert order == ["text_input", "error", "file_uploader", "error", "checkbox", "error"]


def test_a_missing_name_does_not_cost_the_film(app: AppTest):
    classify(app, GOOD, name="")

    assert errors(app) == ["Enter the patient's name: it is empty."]
    assert "good.png" in text(app)
    assert len(workspace(app).films_on("new")) == 1


def test_a_missing_film_does_not_cost_the_name(app: AppTest):
    classify(app, name="Ann")

    assert errors(app) == ["Add at least one film."]
    assert app.text_input[0].value == "Ann"


def test_a_notice_that_was_not_confirmed_costs_nothing(app: AppTest):
    type_name(upload(app, GOOD), "Ann")
    press(app, "Classify")
    assert errors(app) == ["Confirm that you have read the notice."]

    accept(app)
    when_done(press(app, "Classify"))

    assert "<table" in html(app)


def test_the_notice_is_confirmed_once(app: AppTest):
    classify(app, GOOD)

    press(app, "Start new session")

    assert not app.checkbox
    assert [note.value for note in app.info] == [NOTICE]


def test_a_problem_that_is_mended_is_not_said_again(app: AppTest):
    press(app, "Classify")

    classify(app, GOOD)

    assert errors(app) == []


def test_each_upload_is_shown_at_once_and_can_be_removed(app: AppTest):
    when_looked_at(upload(app, GOOD, BROKEN))
    assert html(app).count("data:image/jpeg;base64,") == 1
    assert "The file is incomplete" in text(app)
    assert labels(app).count("Remove") == 2

    app.button(key=f"classify_remove_{workspace(app).films_on('new')[1].id}").click().run()

    assert "good.png" in text(app)
    assert "broken.png" not in text(app)


def test_uploads_that_come_later_join_the_first(app: AppTest):
    upload(app, GOOD)
    upload(app, OTHER)

    names = [film.given.source.name for film in workspace(app).films_on("new")]
    assert names == ["good.png", "other.png"]


def test_a_fault_in_a_click_is_told_without_what_was_typed(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def failing(self: object, name: str, age_years: float | None) -> str:
        raise KeyError(name)

    monkeypatch.setattr(Workspace, "start", failing)

    classify(app, GOOD, name="ZZMARKER")

    (message,) = errors(app)
    assert "internal_error" in message.replace("\\", "")
    assert not app.exception
    assert "ZZMARKER" not in caplog.text
    assert "KeyError" in caplog.text


def test_two_films_of_one_name_are_two_films(app: AppTest):
    classify(app, GOOD, ("good.png", *OTHER[1:]))

    assert html(app).count("<table") == 2


def test_the_drawing_says_that_its_number_means_nothing(app: AppTest):
    press(app, "Add a drawing")
    type_name(accept(app), "Ann")
    when_done(press(app, "Classify"))

    notes = [note.value for note in app.info]
    assert notes == [NOTICE, "This is a drawing, not a radiograph. Its result is meaningless."]
    assert "<table" in html(app)


# Addresses


class FakeFetcher:
    """Answers as the test says, and counts."""

    asked: list[str]
    answers: dict[str, bytes | Rejected]

    def __init__(self, rules: object) -> None:
        pass

    def fetch(self, text: str, limits: Limits) -> bytes:
        self.asked.append(text)
        answer = self.answers.get(text, Rejected(Code.URL_UNREACHABLE))
        if isinstance(answer, Rejected):
            raise answer
        return answer


@pytest.fixture
def fetcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FakeFetcher]]:
    class Fetcher(FakeFetcher):
        asked: list[str] = []  # noqa: RUF012 - the test's own
        answers = {"https://a.test/film.png?token=ZZMARKER": GOOD[1]}  # noqa: RUF012

    monkeypatch.setattr(model, "Fetcher", Fetcher)
    st.cache_resource.clear()
    yield Fetcher
    st.cache_resource.clear()


def addresses(app: AppTest, typed: str) -> AppTest:
    app.segmented_control[0].set_value("Web addresses").run()
    return app.text_area[0].set_value(typed).run()


def test_addresses_are_fetched_once_and_shown_without_their_secrets(
    fetcher: type[FakeFetcher], app: AppTest
):
    addresses(app, "https://a.test/film.png?token=ZZMARKER\n\nhttps://b.test/none.png\n")

    when_looked_at(press(app, "Fetch"))
    assert app.text_area[0].value == ""
    assert "https://a.test/film.png?***" in text(app)
    assert "The server could not be reached" in text(app)
    type_name(accept(app), "Ann")
    when_done(press(app, "Classify"))

    assert html(app).count("<table") == 1
    assert "Code: url_unreachable" in text(app)
    assert "ZZMARKER" not in html(app)
    assert fetcher.asked == ["https://a.test/film.png?token=ZZMARKER", "https://b.test/none.png"]


def test_addresses_that_were_only_typed_are_classified_too(
    fetcher: type[FakeFetcher], app: AppTest
):
    addresses(app, "https://a.test/film.png?token=ZZMARKER")
    type_name(accept(app), "Ann")

    when_done(press(app, "Classify"))

    assert html(app).count("<table") == 1


def test_films_of_all_ways_of_giving_them_come_together(fetcher: type[FakeFetcher], app: AppTest):
    upload(app, GOOD)
    app.segmented_control[0].set_value("A folder").run()
    upload(app, OTHER)
    addresses(app, "https://a.test/film.png?token=ZZMARKER")
    app.segmented_control[0].set_value("Files").run()  # what was typed is not lost
    upload(app, ("third.png", *GOOD[1:]))
    type_name(accept(app), "Ann")

    when_done(press(app, "Classify"))

    assert html(app).count("<table") == 4
    assert fetcher.asked == ["https://a.test/film.png?token=ZZMARKER"]


def test_the_examples_of_adults_are_warned_of(fetcher: type[FakeFetcher], app: AppTest):
    from cxr_app.examples import ADULTS

    fetcher.answers = dict.fromkeys(ADULTS, OTHER[1])
    press(app, "Fetch two adult films")
    type_name(accept(app), "Ann")

    when_done(press(app, "Classify"))

    said = (
        "The model was made for children aged 1 to 5 years. Its result is not valid for this film."
    )
    assert [warning.value for warning in app.warning].count(said) == 2


def test_more_addresses_than_a_page_takes_are_refused_and_kept(
    fetcher: type[FakeFetcher], app: AppTest
):
    typed = "\n".join(f"https://a.test/{number}.png" for number in range(51))

    press(addresses(app, typed), "Fetch")

    assert errors(app) == ["The limit is 50 addresses. Remove some, or start a new session."]
    assert app.text_area[0].value == typed
    assert fetcher.asked == []


# Results


def test_the_page_shows_what_the_pipeline_records(
    app: AppTest, tiny_bundle: Path, decoder: DecoderPool
):
    prediction = Prediction(load_bundle(tiny_bundle))
    record = classify_one(UploadSource(*OTHER[:2]), prediction, limits=Limits(), decoder=decoder)

    classify(app, OTHER)

    shown = html(app)
    assert record.confidences is not None
    assert f"{record.label}</strong>" in shown
    assert f">{escape(percent(record.confidence or 0.0))}</span>" in shown
    for label, share in record.confidences.items():
        assert f">{label}</th>" in shown
        assert f">{escape(percent(share))}</td>" in shown
    assert "other.png" in shown
    assert "<bdi>Ann</bdi></h2>" in shown


def test_beside_the_numbers_stand_threshold_figures_and_notice(app: AppTest):
    classify(app, OTHER)

    written = [text.value for text in app.markdown]
    assert (
        "Operating point: PNEUMONIA at 50.0% or above. Measured on 4 calibration films: "
        "sensitivity 50.0% (25.0% to 75.0%), specificity 50.0% (25.0% to 75.0%) "
        "(95% confidence intervals). This model has no report on an official test."
    ) in written
    assert NOTICE in html(app)


def test_a_broken_film_has_its_card_and_the_others_their_numbers(app: AppTest):
    classify(app, GOOD, BROKEN, OTHER)

    shown = html(app)
    assert [shown.count(name) for name in ("good.png", "broken.png", "other.png")] == [1, 1, 1]
    assert shown.index("good.png") < shown.index("broken.png") < shown.index("other.png")
    assert shown.count("<table") == 2
    assert errors(app) == ["The file is incomplete. Copy or download it again."]
    assert "Code: truncated" in shown


def test_films_are_shown_within_the_page_and_described(app: AppTest):
    classify(app, GOOD, BROKEN)

    (picture,) = app.image
    (shown,) = picture.proto.imgs
    assert shown.url.startswith("data:image/jpeg;base64,")
    assert shown.alt.startswith("Film 1; model output ")


def test_a_warning_stands_above_the_number(app: AppTest):
    classify(app, GOOD)  # 128 pixels high

    assert [warning.value for warning in app.warning] == [
        "The film is small and was enlarged, so fine detail is missing.",
        "Text is part of the image and may identify the patient. Do not share it unchecked.",
    ]
    kinds = [
        "warning" if element.type == "warning" else "number"
        for element in app.main
        if element.type == "warning"
        or (element.type == "html" and "Model output" in element.proto.body)
    ]
    assert kinds == ["warning", "warning", "number"]


def test_results_stay_when_the_page_runs_again(app: AppTest):
    classify(app, GOOD)
    before = html(app)

    app.run()

    assert html(app) == before


def test_a_name_that_would_act_is_shown_as_text(app: AppTest):
    classify(app, ("<i>x<b>.png", *GOOD[1:]), name="<img src=x onerror=y> **A**")

    assert "&lt;img src=x onerror=y&gt; **A**" in html(app)
    assert "&lt;i&gt;x&lt;b&gt;.png" in html(app)
    assert "<img" not in html(app)
    (entry,) = [label for label in labels(app) if "onerror" in label]
    assert "\\<img src=x onerror=y\\> \\*\\*A\\*\\*" in entry


def test_uploads_are_freed_once_they_are_on_a_form(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    freed = []
    monkeypatch.setattr(
        MemoryUploadedFileManager,
        "remove_file",
        lambda self, session_id, file_id: freed.append(file_id),
    )

    classify(app, GOOD, OTHER)

    assert len(freed) == 2


# The model and the settings


def test_without_a_model_there_is_one_message_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CXR_MODEL", str(tmp_path / "nothing"))

    app = open_page()

    assert errors(app) == [
        "No model was found (no spec.json in nothing). Train one, or set CXR_MODEL to a folder "
        "that contains one.\n\nCode: `model_missing`"
    ]
    assert not app.exception
    assert not [*app.button, *app.text_input, *app.file_uploader, *app.info]


def test_a_model_that_is_mended_needs_no_restart(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CXR_MODEL", str(tmp_path / "late"))
    app = open_page()

    shutil.copytree(tiny_bundle, tmp_path / "late")
    app.run()

    assert errors(app) == []
    assert app.button


def test_a_wrong_setting_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CXR_MAX_BYTES", "64MB")

    app = open_page()

    (message,) = errors(app)
    assert "CXR_MAX_BYTES" in message
    assert not app.button


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.2", None])
def test_an_address_beyond_this_computer_needs_a_setting(
    address: str | None, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CXR_MODEL", str(tiny_bundle))
    before = st.get_option("server.address")
    st._config.set_option("server.address", address)
    try:
        refused = open_page()
        monkeypatch.setenv("CXR_OPEN_TO_NETWORK", "1")
        allowed = open_page()
    finally:
        st._config.set_option("server.address", before)

    (message,) = errors(refused)
    assert "Code: `bind_refused`" in message
    assert not refused.button
    assert errors(allowed) == []
    said = "There is no sign-in. Anyone who can reach this page's address can use it."
    assert [warning.value for warning in allowed.warning] == [said]
