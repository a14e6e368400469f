"""The model card without a browser, and the way there and back."""

import json
import shutil
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from cxr_app import shelf
from cxr_app.bundle import MODELS, open_bundle
from tests.report import reports
from tests.report.reports import evaluation, write
from tests.stories.page import (
    GOOD,
    OTHER,
    accept,
    classify,
    errors,
    first_word,
    html,
    open_page,
    press,
    text,
    type_name,
    upload,
    when_done,
    when_looked_at,
    workspace,
)


def go_to(app: AppTest, path: str) -> AppTest:
    """Choose a page in the navigation; AppTest itself knows files alone."""
    pages = app._registered_pages.items()
    (app._page_hash,) = [page for page, facts in pages if facts["url_pathname"] == path]
    return app.run()


def words(app: AppTest) -> str:
    return "\n".join([text(app), *[one.value for one in app.markdown]])


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Serve a copy of the tiny bundle, with no other model at hand."""
    folder = tmp_path / "models" / "tiny"
    shutil.copytree(tiny_bundle, folder)
    monkeypatch.setenv("CXR_MODEL", str(folder))
    monkeypatch.setattr(shelf, "MODELS", folder.parent)
    return folder


def card(bundle: Path) -> AppTest:
    app = go_to(open_page(), "model-card")
    assert not app.exception
    assert errors(app) == []
    return app


def report(bundle: Path, **changes: object) -> None:
    write(bundle, open_bundle(bundle).sha256, **changes)


def test_without_a_report_the_card_says_so_calmly(bundle: Path):
    app = card(bundle)

    assert [note.value for note in app.info][1:] == [
        "No report lies beside this model, so nothing that was measured can be shown."
    ]
    assert "tiny 0.0.1" in text(app)
    assert open_bundle(bundle).sha256 in text(app)


def test_a_report_of_another_model_is_not_shown(bundle: Path):
    write(bundle, reports.OTHER)

    app = card(bundle)

    assert "another model's" in app.info[1].value
    assert "0.722" not in words(app)


def test_a_damaged_report_is_not_shown(bundle: Path):
    report(bundle)
    (bundle / "report" / "metrics.json").write_text("{", "utf-8")

    assert "cannot be read" in card(bundle).info[1].value


def test_every_figure_is_the_reports(bundle: Path):
    report(bundle)

    app = card(bundle)

    shown = words(app)
    figures = (
        "0.722 (0.500 to 1.000)",  # AUC
        "66.7% (25.0% to 100.0%)",  # sensitivity
        "40.0% (30.0% to 50.0%)",  # PPV
        "100.0 (50.0 to 200.0)",  # of 1,000 negative answers
        "50.0% (0.0% to 100.0%)",  # of one kind
        "\N{MINUS SIGN}0.1234 (\N{MINUS SIGN}0.2000 to +0.0100)",
        "0.810 (0.700 to 0.900)",  # a shortcut
        "2 (66.7%)",  # in the confusion matrix
        "12.5% of the films lie in the indeterminate zone",
        "opened 2 times",
        "Made of drawings.",
        "on the 6 official test films sensitivity is then 90.0% and specificity 61.1%",
    )
    assert [said for said in figures if said not in shown] == []
    assert "python -m training select" in app.code[0].value
    assert "turned to &lt;b&gt;stone&lt;/b&gt;" in html(app)


def test_what_was_not_measured_is_said(bundle: Path):
    report(bundle)

    shown = words(card(bundle))

    assert "Not measured. Whether the heat map" in shown
    assert "This model has no gate" in shown
    assert "does not look for the lungs" in shown


def test_map_checks_are_shown_where_the_report_has_them(bundle: Path):
    checks = [
        {
            "check": "evidence within the lungs",
            "films": 7,
            "figure": {"value": 0.875, "low": 0.75, "high": 0.9},
        }
    ]
    report(bundle, map_checks=checks)

    shown = words(card(bundle))

    assert "evidence within the lungs" in shown
    assert "0.875 (0.750 to 0.900)" in shown


def test_another_threshold_is_told_and_stored_nowhere(bundle: Path):
    report(bundle)
    app = card(bundle)
    # 0.4, 0.8 and 0.9 with PNEUMONIA; 0.1, 0.4 and 0.85 without.
    assert "At the model's own threshold, 1 of 3 films with PNEUMONIA are missed" in words(app)

    app.slider[0].set_value(40).run()

    assert "At 40%, 0 of 3 films with PNEUMONIA are missed (the model's own threshold: 1)" in (
        words(app)
    )
    assert "2 of 3 NORMAL films are called PNEUMONIA (own: 1)" in words(app)
    again = go_to(go_to(app, ""), "model-card")
    assert again.slider[0].value == 50


def test_without_answers_there_is_nothing_to_draw(bundle: Path):
    report(bundle)
    (bundle / "report" / "answers-test.csv").unlink()

    shown = words(card(bundle))

    assert shown.count("The answers to each film were not stored, so there is nothing") == 3
    assert "0.722 (0.500 to 1.000)" in shown


def test_films_can_be_chosen(bundle: Path):
    sha256 = open_bundle(bundle).sha256
    figures = {"auc": {"value": 0.625, "low": 0.5, "high": 0.75}}
    parts = {
        "test": evaluation(bundle_sha256=sha256),
        "validation": evaluation(bundle_sha256=sha256, figures=figures, openings=None),
    }
    report(bundle, evaluations=parts)
    app = card(bundle)
    assert "On the 6 official test films" in text(app)

    app.segmented_control(key="card_films").set_value("validation").run()

    assert "On the 6 validation films" in text(app)
    assert "0.625 (0.500 to 0.750)" in text(app)
    assert "so the figures are optimistic" in words(app)


def test_the_guidelines_can_be_read(bundle: Path):
    app = card(bundle)
    assert "CLAIM, the Checklist" in words(app)
    assert "nobody has answered the items for it" in words(app)

    app.segmented_control(key="card_guideline").set_value("tripod-ai-2024").run()

    assert "TRIPOD+AI, for studies" in words(app)
    assert "TRIPOD+AI 2024, item by item" in text(app)
    assert "text not seen" in text(app)


def test_the_models_that_come_with_the_program_have_their_cards(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CXR_MODEL", raising=False)
    app = go_to(open_page(), "model-card")
    found = json.loads((MODELS / "pediatric-pneumonia/report/metrics.json").read_text("utf-8"))

    figure = found["evaluations"]["test"]["figures"]["auc"]
    assert f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})" in text(app)
    assert "Before the gate" in words(app)
    assert "On the 624 official test films (before the gate)" in text(app)
    assert "nobody has answered" not in words(app)

    (box,) = app.selectbox
    box.set_value(open_bundle(MODELS / "pediatric-pneumonia-teacher").sha256).run()

    assert "Another model answers on the Classify page" in words(app)
    assert "pediatric-pneumonia-teacher 0.2.0" in text(app)
    assert "before the gate" not in words(app)
    assert "Another model answers" in words(go_to(go_to(app, ""), "model-card"))


def test_a_model_that_cannot_be_used_is_named_with_its_code(bundle: Path):
    broken = bundle.with_name("broken")
    shutil.copytree(bundle, broken)
    (broken / "model.bin").write_bytes(b"x")

    app = card(bundle)

    assert "broken in models/ cannot be used" in text(app)
    assert "Code: model_changed" in text(app)
    assert not app.selectbox


def test_a_visit_to_the_card_costs_nothing_on_the_classify_page(bundle: Path):
    app = classify(open_page(), GOOD)
    before = html(app)
    (session,) = workspace(app).sessions
    assert "<table" in before

    back = go_to(go_to(app, "model-card"), "")

    assert html(back) == before
    assert workspace(back).sessions[0].id == session.id
    press(back, "Start new session")
    type_name(upload(back, ("second.png", GOOD[1], "image/png")), "Bea")
    when_looked_at(back)

    again = go_to(go_to(back, "model-card"), "")

    assert again.text_input[0].value == "Bea"
    assert "second.png" in text(again)
    assert "Ann" in [first_word(button) for button in again.button]


def test_a_run_goes_on_while_the_card_is_read(bundle: Path):
    app = accept(type_name(upload(open_page(), GOOD, OTHER), "Ann"))
    press(app, "Classify")

    away = go_to(app, "model-card")
    back = when_done(go_to(away, ""))

    (session,) = workspace(back).sessions
    assert len(session.outcomes) == 2
    assert html(back).count("<table") == 2


def test_the_way_films_come_is_kept(bundle: Path):
    app = open_page()
    app.segmented_control[0].set_value("Web addresses").run()
    app.text_area[0].set_value("https://example.org/film.png").run()

    back = go_to(go_to(app, "model-card"), "")

    assert back.text_area[0].value == "https://example.org/film.png"


def test_a_lost_workspace_is_told_on_the_card_too(bundle: Path):
    app = AppTest.from_file(str(Path(__file__).parents[2] / "app.py"), default_timeout=60)
    app.query_params["page"] = "of another program"

    app = go_to(app.run(), "model-card")

    assert any("restarted" in one.value for one in app.warning)


def test_the_notice_stands_once_on_top(bundle: Path):
    app = card(bundle)

    assert app.title[0].value == "CXR Demo"
    assert app.info[0].value.startswith("Research and education only")
    assert words(app).count("Research and education only") == 0


def test_what_is_drawn_while_the_threshold_moves_is_small(monkeypatch: pytest.MonkeyPatch):
    """Streamlit sends larger elements as references, which two draws that follow at once lose."""
    monkeypatch.delenv("CXR_MODEL", raising=False)
    app = go_to(open_page(), "model-card")
    limit = int(config.get_option("global.minCachedMessageSize"))

    charts = [chart.proto.ByteSize() for chart in app.get("vega_lite_chart")]

    assert len(charts) == 5
    assert charts[2] < limit
