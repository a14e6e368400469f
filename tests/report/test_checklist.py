"""Both reporting lists are complete: every published number once, in order, and no blank."""

import pytest

from cxr_app.report.checklist import CLAIM, TRIPOD_AI, State, read_checklist

# As published: CLAIM has 42 items without letters, TRIPOD+AI 27 with these letters.
LETTERS = {3: "abc", 5: "ab", 6: "abc", 8: "abc", 9: "abc", 12: "abcdefg", 18: "abcdef"}
LETTERS |= {20: "abc", 23: "ab", 27: "abc"}
NUMBERS = {
    CLAIM: [str(number) for number in range(1, 43)],
    TRIPOD_AI: [
        f"{number}{letter}" for number in range(1, 28) for letter in LETTERS.get(number, [""])
    ],
}


@pytest.mark.parametrize("name", NUMBERS)
def test_every_number_stands_once_and_in_order(name: str):
    assert [item.number for item in read_checklist(name).items] == NUMBERS[name]


def test_tripod_has_its_52_parts():
    assert len(NUMBERS[TRIPOD_AI]) == 52


@pytest.mark.parametrize("name", NUMBERS)
def test_nothing_is_blank(name: str):
    found = read_checklist(name)

    blank = [one.number for one in found.items if not (one.asks.strip() and one.answer.strip())]
    assert blank == []
    assert {one.state for one in found.items} <= set(State)
    assert len({one.asks for one in found.items}) == len(found.items)


def test_the_answers_are_about_the_models_that_come_with_the_program():
    from cxr_app.bundle import MODELS
    from cxr_app.spec import parse_spec

    specs = [parse_spec(file.read_bytes()) for file in sorted(MODELS.glob("*/spec.json"))]

    assert specs
    for name in NUMBERS:
        known = read_checklist(name).data_sha256
        assert {spec.training.data.sha256 for spec in specs} == {known}
