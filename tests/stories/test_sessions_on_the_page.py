"""Sessions: new, re-opened, renamed, extended, deleted, stopped."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from cxr_app.given_film import GivenFilm
from cxr_app.interpretation.official_test import Absence, OfficialTest
from cxr_app.pages.parts import wording
from cxr_app.sessions import Given
from cxr_app.spec import Spec
from tests.stories.page import (
    GOOD,
    OTHER,
    accept,
    classify,
    errors,
    first_word,
    html,
    labels,
    open_page,
    press,
    text,
    type_name,
    upload,
    when_done,
    workspace,
)
from tests.test_workspace import SlowSource, wait_until


def names(app: AppTest) -> list[str]:
    """Patients of the sidebar, from above."""
    return [name for name in map(first_word, app.sidebar.button) if name]


def test_a_new_session_empties_the_page_and_keeps_the_old_one(app: AppTest):
    classify(app, GOOD)
    assert "<table" in html(app)

    press(app, "Start new session")

    assert app.text_input[0].value == ""
    assert app.file_uploader[0].value == []
    assert "<table" not in html(app)
    assert "good.png" not in html(app)
    assert names(app) == ["Ann"]


def test_an_old_session_opens_again_as_it_was(app: AppTest):
    classify(app, GOOD, OTHER)
    before = html(app)
    press(app, "Start new session")
    classify(app, OTHER, name="Bob")
    assert names(app) == ["Bob", "Ann"]

    press(app, "Ann")

    assert html(app) == before


def test_a_form_that_was_left_is_found_as_it_was(app: AppTest):
    classify(app, GOOD)
    press(app, "Start new session")
    type_name(upload(app, OTHER), "Bob")

    press(app, "Ann")
    assert "other.png" not in text(app)
    press(app, "Back to the form")

    assert app.text_input[0].value == "Bob"
    assert "other.png" in text(app)


def test_a_session_takes_more_films(app: AppTest):
    classify(app, GOOD)

    when_done(press(upload(app, OTHER), "Classify"))

    assert html(app).count("<table") == 2
    assert names(app) == ["Ann"]
    assert "2. other.png" in text(app).replace("&nbsp;", " ")


def test_what_is_typed_for_one_patient_is_not_offered_for_another(app: AppTest):
    classify(app, GOOD)
    press(app, "Start new session")
    app.segmented_control[0].set_value("Web addresses").run()
    app.text_area[0].set_value("https://a.test/bob.png").run()

    press(app, "Ann")
    app.segmented_control[0].set_value("Web addresses").run()

    assert app.text_area[0].value == ""


def test_a_wrong_name_is_forgotten_with_its_session(app: AppTest):
    classify(app, GOOD)
    id_ = workspace(app).sessions[0].id
    app.text_input(key=f"classify_rename_{id_}").set_value(" ").run()
    press(app, "Save name")

    press(app, "Delete")

    assert errors(app) == []


def test_a_session_is_renamed(app: AppTest):
    classify(app, GOOD)
    id_ = workspace(app).sessions[0].id

    app.text_input(key=f"classify_rename_{id_}").set_value("Zoe").run()
    press(app, "Save name")
    assert names(app) == ["Zoe"]
    assert "<bdi>Zoe</bdi></h2>" in html(app)

    app.text_input(key=f"classify_rename_{id_}").set_value(" ").run()
    press(app, "Save name")

    assert names(app) == ["Zoe"]
    assert len(errors(app)) == 1
    assert errors(app)[0].startswith("Enter the patient's name")


def test_a_deleted_session_is_gone_and_the_others_stay(app: AppTest):
    classify(app, GOOD)
    press(app, "Start new session")
    classify(app, OTHER, name="Bob")

    press(app, "Delete")

    assert names(app) == ["Ann"]
    assert [session.name for session in workspace(app).sessions] == ["Ann"]
    assert "other.png" not in html(app)
    assert app.text_input[0].value == ""


def test_delete_all_leaves_an_empty_page(app: AppTest):
    classify(app, GOOD)
    press(app, "Start new session")
    upload(app, OTHER)

    press(app, "Delete everything")

    assert names(app) == []
    assert workspace(app).sessions == ()
    assert workspace(app).films_on("new") == ()
    assert "None yet." in text(app)


def test_namesakes_stay_two_sessions(app: AppTest):
    classify(app, GOOD)
    press(app, "Start new session")
    classify(app, GOOD)

    assert names(app) == ["Ann", "Ann"]


def test_another_tab_sees_nothing_of_it(app: AppTest):
    classify(app, GOOD)

    other = open_page()

    assert names(other) == []
    assert "Ann" not in html(other)


def slow_session(app: AppTest) -> SlowSource:
    """Start a session whose second film does not come."""
    slow = SlowSource()
    type_name(upload(app, GOOD), "Ann")
    workspace(app).add("new", [Given(source=GivenFilm(slow))])
    app.checkbox[0].check().run()
    press(app, "Classify")
    return slow


def test_a_run_shows_how_far_it_is_and_goes_on_without_the_page(app: AppTest):
    slow = slow_session(app)
    assert "Cancel" in labels(app)

    press(app, "Start new session")
    slow.comes.set()
    when_done(app)
    press(app, "Ann")

    assert html(app).count("<table") == 2
    assert "Cancel" not in labels(app)


def test_cancel_keeps_what_is_finished(app: AppTest):
    slow = slow_session(app)
    id_ = workspace(app).sessions[0].id
    wait_until(lambda: len(workspace(app).sessions[0].outcomes) == 1)

    press(app, "Cancel")
    when_done(app)

    assert html(app).count("<table") == 1
    assert "1 film was not classified." in text(app)
    assert "Code: cancelled" in text(app)
    slow.comes.set()
    press(app, "Classify the rest")
    when_done(app)
    assert html(app).count("<table") == 2
    assert workspace(app).session(id_) is not None


def downloads(app: AppTest) -> dict[str, dict]:
    found = [json.loads(element.proto.json) for element in app.get("bidi_component")]
    return {one["name"].rsplit(".", 1)[-1]: one for one in found}


def test_results_are_saved_with_name_notice_and_model(app: AppTest):
    classify(app, ("=cmd().png", *GOOD[1:]), name="=Ann")

    files = downloads(app)

    record = json.loads(files["jsonl"]["text"])
    assert list(record)[:4] == ["patient", "session_started", "is_drawing", "item"]
    assert (record["patient"], record["source"]) == ("=Ann", "=cmd().png")
    assert record["notice"]
    assert record["model"]["bundle_sha256"]
    head, row, _ = files["csv"]["text"].split("\r\n")
    assert head.startswith('\ufeff"patient","session_started","is_drawing","item","source"')
    assert row.startswith('"\'=Ann",')
    assert "'=cmd().png" in row
    assert all("Ann" not in one["name"] for one in files.values())


def test_head_and_results_are_of_one_look(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    """A run that ends while the page is drawn leaves no half of it out of date."""
    say = wording.operating_point

    def say_late(spec: Spec, test: OfficialTest | Absence) -> str:
        (session,) = workspace(app).sessions
        wait_until(lambda: workspace(app).run(session.id) is None)
        return say(spec, test)

    monkeypatch.setattr(wording, "operating_point", say_late)
    accept(upload(type_name(app, "Ann"), GOOD))
    press(app, "Classify")

    assert "<table" not in html(app)  # as the head, which had no result to offer for download
    assert "<table" in html(app.run())
