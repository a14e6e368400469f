"""What the page says of a record, for records that the tiny model would not give."""

from dataclasses import replace

import pytest

from cxr_app.codes import Code
from cxr_app.imaging.film import Facts, Format
from cxr_app.interpretation.official_test import Absence
from cxr_app.pages.parts import wording
from cxr_app.records import ModelFacts, Record, Status
from cxr_app.spec import Interval
from tests.bundles import tiny_spec
from tests.interpretation.reports import known_test


def record(
    probability: float,
    *,
    threshold: float = 0.5,
    unsure: bool = False,
    is_drawing: bool = False,
) -> Record:
    label = "PNEUMONIA" if probability >= threshold else "NORMAL"
    confidences = {"NORMAL": 1 - probability, "PNEUMONIA": probability}
    return Record(
        item=3,
        source="film.png",
        status=Status.OK,
        code=None,
        message=None,
        label=label,
        confidence=confidences[label],
        confidences=confidences,
        threshold=threshold,
        zone=(0.4, 0.6),
        warnings=(Code.NEAR_THRESHOLD,) if unsure else (),
        facts=Facts(format=Format.PNG, width=640, height=640, is_drawing=is_drawing),
        model=ModelFacts(name="tiny", version="1", bundle_sha256="0" * 64),
        engine="drawn",
        precision="f32",
        seconds=0.1,
        time="2026-01-01T00:00:00+00:00",
        notice="A notice.",
    )


def test_a_sure_answer_leads_with_its_label():
    said = wording.answer_html(record(0.873))

    assert "PNEUMONIA</strong>" in said
    assert "87.3%" in said
    assert "Indeterminate" not in said


def test_an_answer_in_the_zone_leads_with_not_sure():
    said = wording.answer_html(record(0.52, unsure=True))

    assert "Indeterminate</strong>" in said
    assert "closer to PNEUMONIA, 52.0%" in said


def test_the_picture_is_described_with_its_answer():
    assert wording.alt_text(record(0.1)) == "Film 3; model output NORMAL 90.0%"
    assert wording.alt_text(record(0.52, unsure=True, is_drawing=True)) == (
        "Drawing 3; model output PNEUMONIA 52.0%, indeterminate"
    )


@pytest.mark.parametrize(
    ("probability", "threshold", "said"),
    [
        pytest.param(0.4, 0.5, None, id="the more probable class needs no words"),
        pytest.param(0.4, 0.3, "The operating point for PNEUMONIA is 30.0%", id="a low threshold"),
        pytest.param(0.6, 0.7, "The operating point for PNEUMONIA is 70.0%", id="a high threshold"),
    ],
)
def test_a_less_probable_label_is_explained(probability: float, threshold: float, said: str | None):
    why = wording.why_less_probable(record(probability, threshold=threshold))

    assert why is None if said is None else why is not None and why.startswith(said)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (
            "Research and education only, not a medical device, not for diagnosis; trained on "
            "front films of children of 1-5 years.",
            "Research and education only. Not a medical device, not for diagnostic use. Intended "
            "population: frontal chest radiographs of children aged 1 to 5 years.",
        ),
        ("Our own films; ask Dr Example.", "Our own films; ask Dr Example."),
    ],
)
def test_a_bundles_notice_is_worded_as_the_page_is(given: str, shown: str):
    assert wording.notice(given) == shown


def test_the_operating_point_has_its_figures_and_intervals():
    spec = tiny_spec()
    high = Interval(value=0.96, low=0.941, high=0.9786)
    measured = replace(spec.decision.measured, sensitivity=high)

    said = wording.operating_point(
        replace(spec, decision=replace(spec.decision, measured=measured)), Absence.MISSING
    )

    assert "sensitivity 96.0% (94.1% to 97.9%)" in said
    assert "specificity 50.0% (25.0% to 75.0%)" in said
    assert "on 4 calibration films" in said
    assert said.endswith("This model has no report on an official test.")


def test_the_official_test_stands_before_the_calibration():
    said = wording.operating_point(tiny_spec(), known_test())

    official, calibration = said.split("For comparison, ")
    assert "Official test, 200 films: sensitivity 96.0% (91.0% to 100.0%)" in official
    assert "specificity 90.0% (85.0% to 95.0%)" in official
    assert calibration.startswith("on 4 calibration films: sensitivity 50.0% (25.0% to 75.0%)")


def test_labels_are_escaped():
    odd = replace(record(0.9), confidences={"<b>": 0.1, "A & B": 0.9})

    assert "&lt;b&gt;</th>" in wording.shares_html(odd)
    assert "A &amp; B</th>" in wording.shares_html(odd)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Research only, not for diagnosis; children of 1-5 years.",) * 2,
        ("![x](http://a/b.png)", r"\!\[x\](http\://a/b.png)"),
        ("$x$ :red[y] `z`", r"\$x\$ \:red\[y\] \`z\`"),
        ("# big\n- list", r"\# big - list"),
        ("1. list", r"\1. list"),
    ],
)
def test_words_of_a_bundle_are_shown_as_they_are(text: str, escaped: str):
    assert wording.plain(text) == escaped
