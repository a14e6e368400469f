"""What the examination of a film puts into its record."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cxr_app import Prediction, load_bundle
from cxr_app.codes import Code
from cxr_app.decoding.pool import DecoderPool
from cxr_app.imaging.correction import Correction
from cxr_app.imaging.drawing import draw_example, draw_film
from cxr_app.limits import Limits
from cxr_app.pipeline import classify_sources
from cxr_app.records import Record, Status
from cxr_app.sources import UploadSource
from tests.bundles import drawn_lungs, gate_arrays, make_gated_bundle, orientation_arrays
from tests.makers import saved

Classify = Callable[..., list[Record]]


def film(seed: int) -> bytes:
    """Draw a film without words on it: text would be warned of."""
    return saved(draw_film(seed, size=(300, 240), marked=False).pixels, "PNG")


PNG = film(0)


def dark() -> bytes:
    """Lights at night: most of it is black, so it has contrast and is no film."""
    pixels = np.zeros((300, 300), np.uint8)
    pixels[::13] = np.linspace(0, 255, 300).astype(np.uint8)  # lines from top to bottom: no border
    return saved(pixels, "PNG")


@pytest.fixture(scope="module")
def gated(gated_bundle: Path) -> Prediction:
    return Prediction(load_bundle(gated_bundle))


@pytest.fixture
def classify(decoder: DecoderPool) -> Classify:
    def classify(prediction: Prediction, *files: bytes, **options: Any) -> list[Record]:
        sources = [UploadSource(f"{place}", data) for place, data in enumerate(files)]
        return list(
            classify_sources(sources, prediction, limits=Limits(), decoder=decoder, **options)
        )

    return classify


@pytest.fixture
def made(tiny_bundle: Path, tmp_path: Path) -> Callable[..., Prediction]:
    """Make a bundle with another gate, orientation or lungs."""

    def make(**parts: Any) -> Prediction:
        return Prediction(make_gated_bundle(tiny_bundle, tmp_path / "other", **parts))

    return make


def test_a_film_that_passes_gets_the_number_that_it_would_have_got_without(
    classify: Classify, gated: Prediction, tiny_bundle: Path
):
    (record,) = classify(gated, PNG)
    (ungated,) = classify(Prediction(load_bundle(tiny_bundle)), PNG)

    assert record.status is Status.OK
    assert record.warnings == ()
    assert record.confidences == ungated.confidences


def test_a_film_of_hardly_any_contrast_is_examined_stretched_and_answered_as_it_is(
    classify: Classify, gated: Prediction, tiny_bundle: Path
):
    # So dark that the gate would take it for a night, were it not stretched.
    drawn = draw_film(1, size=(300, 240), marked=False).pixels
    flat = saved(drawn // 40, "PNG")

    (record,) = classify(gated, flat)
    (ungated,) = classify(Prediction(load_bundle(tiny_bundle)), flat)

    assert record.status is Status.OK
    assert record.warnings == (Code.LOW_CONTRAST,)
    assert record.confidences == ungated.confidences


def test_a_picture_that_is_no_film_is_refused_without_a_number(
    classify: Classify, gated: Prediction
):
    refused, passed = classify(gated, dark(), PNG)

    assert refused.code is Code.NOT_A_CHEST_FILM
    assert "it looks like a photograph or a drawing" in str(refused.message)
    assert (refused.label, refused.confidence, refused.confidences) == (None, None, None)
    assert refused.warnings == ()
    assert refused.facts is not None
    assert refused.facts.width == 300  # what the file says is still told
    assert passed.status is Status.OK


def test_the_programs_own_drawing_is_not_examined(classify: Classify, made: Callable):
    """It is said to be a drawing, and shows what an answer looks like."""
    (record,) = classify(made(gate=gate_arrays("page")), draw_example())

    assert record.status is Status.OK
    assert record.is_drawing


def test_lungs_that_are_no_numbers_cost_the_film_and_name_an_incident(
    classify: Classify, made: Callable
):
    broken = made(lungs=np.full((128, 128), np.nan, np.float32))

    (record,) = classify(broken, PNG)

    assert record.code is Code.GATE_FAILED
    assert record.confidences is None
    assert "Incident " in str(record.message)


def test_a_lateral_view_is_refused_as_one(classify: Classify, made: Callable):
    (record,) = classify(made(gate=gate_arrays("lateral")), PNG)

    assert record.code is Code.NOT_A_CHEST_FILM
    assert "it looks like a lateral view" in str(record.message)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        pytest.param({"gate": gate_arrays("adult")}, Code.OUTSIDE_POPULATION, id="an adult"),
        pytest.param({"orientation": orientation_arrays("90")}, Code.ROTATED, id="on its side"),
        pytest.param({"orientation": orientation_arrays("180")}, Code.ROTATED, id="on its head"),
        pytest.param({"orientation": orientation_arrays(tone="negative")}, Code.APPEARS_INVERTED,
                     id="a negative"),
        pytest.param({"lungs": np.zeros((128, 128), np.float32)}, Code.HEAVILY_CROPPED,
                     id="no lungs to be found"),
        pytest.param({"lungs": np.roll(drawn_lungs(), 40, axis=1)}, Code.HEAVILY_CROPPED,
                     id="a lung at the edge"),
    ],
)  # fmt: skip
def test_what_a_reader_must_know_stands_beside_the_number(
    classify: Classify, made: Callable, parts: dict[str, Any], code: Code
):
    (record,) = classify(made(**parts), PNG)

    assert record.status is Status.OK
    assert record.warnings == (code,)


def test_the_number_is_that_of_the_film_as_it_was_given(
    classify: Classify, made: Callable, gated: Prediction
):
    """Though the gate has looked at it turned and inverted."""
    (turned,) = classify(made(orientation=orientation_arrays("90", "negative")), PNG)
    (plain,) = classify(gated, PNG)

    assert turned.warnings == (Code.ROTATED, Code.APPEARS_INVERTED)
    assert turned.confidences == plain.confidences


@pytest.mark.parametrize(
    ("years", "is_outside"),
    [(0.5, True), (0.99, True), (1, False), (5, False), (5.9, False), (6, True), (58, True)],
)
def test_the_model_is_for_children_from_their_first_birthday_until_their_sixth(
    classify: Classify, gated: Prediction, years: float, is_outside: bool
):
    (record,) = classify(gated, PNG, age_years=years)

    assert record.warnings == (Code.OUTSIDE_POPULATION,) * is_outside
    assert record.facts is not None
    assert record.facts.age_years == years


def test_an_age_that_is_not_known_is_not_warned_of(classify: Classify, gated: Prediction):
    (record,) = classify(gated, PNG)

    assert Code.OUTSIDE_POPULATION not in record.warnings


def test_an_adult_by_age_and_by_looks_is_warned_of_once(classify: Classify, made: Callable):
    (record,) = classify(made(gate=gate_arrays("adult")), PNG, age_years=40)

    assert record.warnings == (Code.OUTSIDE_POPULATION,)


def test_a_file_that_comes_again_is_a_duplicate(classify: Classify, gated: Prediction):
    first, other, again = classify(gated, PNG, film(1), PNG)

    assert (first.warnings, other.warnings) == ((), ())
    assert again.warnings == (Code.DUPLICATE,)
    assert again.confidences == first.confidences


def test_a_duplicate_that_is_refused_has_the_refusal_alone(classify: Classify, gated: Prediction):
    _, again = classify(gated, dark(), dark())

    assert (again.code, again.warnings) == (Code.NOT_A_CHEST_FILM, ())


@pytest.mark.parametrize(
    ("correction", "size"),
    [
        (Correction(), (300, 240)),
        (Correction(turned=90), (240, 300)),
        (Correction(turned=180), (300, 240)),
        (Correction(turned=270, is_inverted=True), (240, 300)),
    ],
)
def test_a_correction_is_stated_among_the_facts(
    classify: Classify, gated: Prediction, correction: Correction, size: tuple[int, int]
):
    (record,) = classify(gated, PNG, correction=correction)

    facts = record.to_json()["facts"]
    assert (facts["width"], facts["height"]) == size
    assert (facts["turned"], facts["is_inverted"]) == (correction.turned, correction.is_inverted)


def test_a_corrected_film_is_judged_as_the_same_film_given_upright(
    classify: Classify, gated: Prediction
):
    pixels = np.asarray(Image.open(io.BytesIO(PNG)))
    on_its_side = saved(np.ascontiguousarray(np.rot90(255 - pixels)), "PNG")  # counterclockwise

    (put_right,) = classify(gated, on_its_side, correction=Correction(turned=90, is_inverted=True))
    (upright,) = classify(gated, PNG)

    assert put_right.confidences == upright.confidences


def test_a_film_that_is_small_within_borders_is_examined_without_them(
    classify: Classify, gated: Prediction
):
    """With its borders it is as dark as no film is; the warning says what is wrong with it."""
    pixels = np.zeros((700, 700), np.uint8)
    pixels[200:500, 200:500] = np.random.default_rng(1).integers(60, 256, (300, 300))

    (record,) = classify(gated, saved(pixels, "PNG"))

    assert record.status is Status.OK
    assert Code.HEAVILY_CROPPED in record.warnings
