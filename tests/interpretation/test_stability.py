"""Changed copies of a film go the way of the film itself."""

from pathlib import Path

import numpy as np
import pytest

from cxr_app import Prediction, load_bundle
from cxr_app.codes import Code
from cxr_app.imaging.film import Facts, Format
from cxr_app.imaging.film_input import FilmInput
from cxr_app.interpretation.changes import CHANGES, Change, Kind
from cxr_app.interpretation.stability import Answer, Stability, answers_to_changes
from tests.bundles import drawn_inputs

SAME = Change(name="As it is", kind=Kind.SHIFT, apply=lambda grey: grey)
DARK = Change(name="Black", kind=Kind.GREY, apply=np.zeros_like)


@pytest.fixture(scope="module")
def prediction(tiny_bundle: Path) -> Prediction:
    return Prediction(load_bundle(tiny_bundle))


def film(seed: int = 1) -> FilmInput:
    facts = Facts(format=Format.PNG, width=128, height=160)
    return FilmInput(pixels=drawn_inputs(seed + 1)[seed], facts=facts)


def test_a_change_that_changes_nothing_gives_the_same_number(prediction: Prediction):
    (answer,) = answers_to_changes(prediction, film(), changes=[SAME])

    assert answer.probability == prediction.classify_image(film()).confidences["PNEUMONIA"]


def test_twenty_answers_come_in_order(prediction: Prediction):
    given = film()
    before = given.pixels.copy()

    answers = list(answers_to_changes(prediction, given))

    assert [answer.change for answer in answers] == list(CHANGES)
    assert all(answer.code is None for answer in answers)
    assert len({answer.probability for answer in answers}) > 10
    assert (given.pixels == before).all()


def test_nothing_is_random(prediction: Prediction):
    first, second = (list(answers_to_changes(prediction, film())) for _ in range(2))

    assert first == second


def test_it_stops_between_two_changes(prediction: Prediction):
    came: list[Answer] = []

    for answer in answers_to_changes(prediction, film(), is_cancelled=lambda: len(came) == 3):
        came.append(answer)

    assert [answer.change for answer in came] == list(CHANGES[:3])


def test_a_film_goes_through_the_engine_alone(prediction: Prediction, monkeypatch):
    shapes = []
    run = prediction.engine.run
    monkeypatch.setattr(
        prediction.engine, "run", lambda inputs: (shapes.append(inputs.shape), run(inputs))[1]
    )

    list(answers_to_changes(prediction, film(), changes=CHANGES[:2]))

    assert shapes == [(1, 512, 512, 1)] * 2


def test_a_refused_change_is_an_answer_too(gated_bundle: Path):
    examined = Prediction(load_bundle(gated_bundle))

    kept, refused = answers_to_changes(examined, film(), changes=[SAME, DARK])

    assert kept.probability is not None
    assert (refused.probability, refused.code) == (None, Code.NOT_A_CHEST_FILM)


def test_what_is_summed_up():
    said = (0.4, None, 0.6, 0.7)
    answers = tuple(Answer(change=SAME, probability=one) for one in said)

    found = Stability(plain=0.75, threshold=0.5, answers=answers)

    assert found.probabilities == (0.4, 0.6, 0.7)
    assert found.range == (0.4, 0.75)
    assert (found.n_refused, found.n_other_label) == (1, 1)
