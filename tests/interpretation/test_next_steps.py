"""What to do next, for every state a record can be in."""

from dataclasses import replace

import pytest

from cxr_app.codes import ANSWERS, Code, Kind
from cxr_app.interpretation.next_steps import State, next_steps, state_of
from cxr_app.records import Record, Status
from tests.stories.test_wording import record


def rejected(code: Code) -> Record:
    return replace(
        record(0.9),
        status=Status.REJECTED,
        code=code,
        message="No.",
        label=None,
        confidence=None,
        confidences=None,
        warnings=(),
    )


def warned(*codes: Code) -> Record:
    return replace(record(0.9), warnings=codes)


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (record(0.9), State.CLEAR),
        (record(0.52, unsure=True), State.INDETERMINATE),
        (warned(Code.OUTSIDE_POPULATION), State.OUTSIDE),
        (warned(Code.OUTSIDE_POPULATION, Code.NEAR_THRESHOLD), State.OUTSIDE),
        (warned(Code.LATERAL_VIEW), State.OUTSIDE),
        (warned(Code.LOW_CONTRAST), State.CLEAR),
        (record(0.9, is_drawing=True), State.DRAWING),
        (rejected(Code.NOT_A_CHEST_FILM), State.NOT_A_CHEST_FILM),
        (rejected(Code.TRUNCATED), State.UNREADABLE),
        (rejected(Code.URL_STATUS), State.UNREADABLE),
        (rejected(Code.CANCELLED), State.NOT_RUN),
        (rejected(Code.ENGINE_FAILED), State.NOT_RUN),
    ],
)
def test_the_state_of_a_record(found: Record, state: State):
    assert state_of(found) is state


def test_every_state_has_its_words():
    codes = [code for code in Code if ANSWERS[code].kind is Kind.REJECTION]
    warnings = [code for code in Code if ANSWERS[code].kind is Kind.WARNING]
    every = [*(rejected(code) for code in codes), *(warned(code) for code in warnings)]
    every.append(record(0.9, is_drawing=True))

    assert {state_of(one) for one in every} == set(State)
    for one in every:
        assert all(sentence.endswith(".") for sentence in next_steps(one))


def test_no_result_is_never_taken_for_a_normal_one():
    for code in (Code.NOT_A_CHEST_FILM, Code.TRUNCATED, Code.ENGINE_FAILED):
        assert next_steps(rejected(code))[0].startswith("Having no result is not a normal result")


@pytest.mark.parametrize("code", [Code.ROTATED, Code.APPEARS_INVERTED])
def test_a_turned_film_is_put_right_first(code: Code):
    first, *others = next_steps(warned(code))

    assert first.startswith("First put the film right")
    assert tuple(others) == next_steps(record(0.9))
