"""What the number means, on the card of a film, driven without a browser."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cxr_app.bundle import load_bundle
from cxr_app.interpretation.official_test import METRICS_FILE, Absence
from cxr_app.percent import percent
from tests.interpretation.reports import metrics_of, official_test, write_report
from tests.stories.page import (
    GOOD,
    OTHER,
    classify,
    errors,
    labels,
    open_page,
    press,
    text,
    workspace,
)
from tests.stories.test_classify import BROKEN

SLIDER = "Prevalence in your setting"
TRY = "Try 20 small changes"


@pytest.fixture
def told(tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A model with a report that fits; its folder."""
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_bundle, folder)
    # A quarter of a unit of log-odds apart, so that every score but the most certain has films
    # like it.
    spread = [1 / (1 + 2.718 ** (-step / 4)) for step in range(-60, 61)]
    write_report(load_bundle(folder), official_test(spread[20:], spread[:-20]))
    monkeypatch.setenv("CXR_MODEL", str(folder))
    st.cache_resource.clear()
    yield folder
    st.cache_resource.clear()


def words_on(app: AppTest) -> str:
    return unescape(text(app))


def open_part(app: AppTest, item: int = 1) -> AppTest:
    (session,) = workspace(app).sessions
    app.session_state[f"meaning_open_{session.id}_{item}"] = True
    return app.run()


def answered(item: int = 1, *films) -> AppTest:
    return open_part(classify(open_page(), *(films or (GOOD,))), item)


def test_nothing_of_it_is_drawn_before_it_is_opened(told: Path):
    app = classify(open_page(), GOOD)

    assert "What the number means" in [part.label for part in app.expander]
    assert app.select_slider.len == 0
    assert TRY not in labels(app)


def test_it_begins_where_the_model_was_calibrated(told: Path):
    app = answered()

    (slider,) = app.select_slider
    assert (slider.label, slider.value) == (SLIDER, 0.5)
    assert "50%: as many children with pneumonia as without, as the model was calibrated." in text(
        app
    )
    (session,) = workspace(app).sessions
    record = session.outcomes[0].record
    assert f"PNEUMONIA, this film{percent(record.confidences['PNEUMONIA'])}" in words_on(app)
    assert record.notice.split(",")[0] in words_on(app)
    assert not app.exception
    assert errors(app) == []


def test_the_slider_moves_the_numbers(told: Path):
    app = answered()
    before = words_on(app)

    app.select_slider[0].set_value(0.05).run()

    assert "5%: of 100 children who have a chest film, 5 have pneumonia." in words_on(app)
    assert "The label PNEUMONIA is right (PPV)" in words_on(app)
    assert words_on(app) != before


def test_a_preset_sets_the_slider_and_every_film_has_it(told: Path):
    app = open_part(answered(1, GOOD, OTHER), 2)
    assert [slider.value for slider in app.select_slider] == [0.5, 0.5]

    next(button for button in app.button if button.label == "15%").click().run()

    assert [slider.value for slider in app.select_slider] == [0.15, 0.15]


def test_films_like_this_one_are_told(told: Path):
    app = answered()

    assert "films of the official test" in words_on(app)
    assert "had a score like this one" in words_on(app) or "Too few:" in words_on(app)


def test_the_official_test_stands_first(told: Path):
    app = classify(open_page(), GOOD)

    (said,) = [one.value for one in app.markdown if one.value.startswith("Operating point")]
    assert said.index("Official test, 202 films: sensitivity") < said.index("4 calibration films")


def test_without_a_report_it_says_so(app: AppTest):
    open_part(classify(app, GOOD))

    assert app.select_slider.len == 1
    assert str(Absence.MISSING) in words_on(app)
    assert "(PPV)" not in words_on(app)
    assert "had a score like this one" not in words_on(app)
    (said,) = [one.value for one in app.markdown if one.value.startswith("Operating point")]
    assert said.endswith(str(Absence.MISSING))


@pytest.mark.parametrize(
    ("damage", "absence"),
    [
        (lambda _: "[" * 100_000, Absence.DAMAGED),
        (lambda _: json.dumps({"evaluations": {"test": 5}}), Absence.DAMAGED),
        (
            lambda sha256: json.dumps(metrics_of("0" * 64, official_test([0.9], [0.1]))),
            Absence.FOREIGN,
        ),
    ],
)
def test_a_report_that_cannot_be_used_is_a_calm_sentence(told: Path, damage, absence: Absence):
    sha256 = load_bundle(told).sha256
    (told / "report" / METRICS_FILE).write_text(damage(sha256), "utf-8")

    app = answered()

    assert str(absence) in words_on(app)
    assert not app.exception
    assert errors(app) == []


def test_twenty_changes_are_tried_on_request(told: Path):
    app = answered()
    (session,) = workspace(app).sessions
    assert "512 x 512 pixels" in words_on(app)

    press(app, TRY)

    found = app.session_state["meaning_stability"][session.id, 1]
    assert len(found.answers) == 20
    assert found.plain == session.outcomes[0].record.confidences["PNEUMONIA"]
    assert "With 20 small changes: between" in words_on(app)
    assert "Turned 4° to the left" in words_on(app)
    assert TRY not in labels(app)
    assert "Stop" not in labels(app)
    app.run()
    assert app.session_state["meaning_stability"][session.id, 1] is found  # not asked again


def test_changes_that_were_interrupted_go_on(told: Path):
    app = answered()
    (session,) = workspace(app).sessions
    press(app, TRY)
    every = app.session_state["meaning_stability"][session.id, 1]
    some = replace(every, answers=every.answers[:7])
    app.session_state["meaning_stability"] = {(session.id, 1): some}

    app.run()

    assert app.session_state["meaning_stability"][session.id, 1] == every


def test_what_was_tried_goes_with_its_session(told: Path):
    app = press(answered(), TRY)
    press(app, "Delete")

    classify(app, OTHER)
    press(open_part(app), TRY)

    (session,) = workspace(app).sessions
    assert list(app.session_state["meaning_stability"]) == [(session.id, 1)]


def test_a_refused_film_has_next_steps_and_no_slider(told: Path):
    app = classify(open_page(), BROKEN)
    assert "What to do next" in [part.label for part in app.expander]

    open_part(app)

    assert app.select_slider.len == 0
    assert TRY not in labels(app)
    assert "Having no result is not a normal result." in words_on(app)


def test_a_film_outside_the_population_has_no_probability_by_prevalence(told: Path):
    app = open_page()
    app.number_input[0].set_value(40)
    classify(app, OTHER)

    open_part(app)

    assert "Do not use the percentages." in words_on(app)
    assert app.select_slider.len == 0
    assert "(PPV)" not in words_on(app)


def test_the_drawing_means_nothing(told: Path):
    app = open_page()
    press(app, "Add a drawing")
    classify(app)

    open_part(app)

    assert "this is a drawing" in words_on(app)
    assert app.select_slider.len == 0
