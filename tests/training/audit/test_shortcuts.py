"""How well one number alone tells the label."""

import pytest

from cxr_app.spec import Task
from tests.training.audit.makers import labelled, measured
from training.audit.shortcuts import COMBINED, NUMBERS, shortcuts

LABELS = ("NORMAL", "PNEUMONIA")
FINDINGS = ("Mass", "Nodule")


def films(*rows: tuple[int, float], subset: str = "train"):
    """A film for each (class, width)."""
    return tuple(
        measured(labelled(f"{subset} {place}", label, subset=subset), width=width)
        for place, (label, width) in enumerate(rows)
    )


def found(measured_films, labels=LABELS, task=Task.BINARY):
    return {one.name: one for one in shortcuts(measured_films, labels, task)}


def test_the_auc_is_the_share_of_pairs_in_the_right_order():
    # Of the four pairs of a PNEUMONIA and a NORMAL film, 2 > 1, 4 > 1 and 4 > 3 are right: 3 / 4.
    width = found(films((0, 1), (1, 2), (0, 3), (1, 4)))["width"]

    assert width.auc.value == 0.75
    assert (width.label, width.higher_in) == ("PNEUMONIA", "PNEUMONIA")


def test_a_number_that_is_lower_with_the_label_tells_it_as_well():
    width = found(films((0, 900), (0, 800), (1, 300), (1, 200)))["width"]

    assert (width.auc.value, width.higher_in) == (1.0, "NORMAL")
    assert (
        width.sentence
        == "width alone predicts PNEUMONIA, AUC 1.000 (1.000-1.000), higher in NORMAL"
    )


def test_films_of_one_size_tell_nothing_by_it():
    width = found(films((0, 224), (1, 224), (1, 224)))["width"]

    assert (width.auc.value, width.auc.low, width.auc.high) == (0.5, 0.5, 0.5)
    assert (width.higher_in, width.is_warning) == ("neither", False)


@pytest.mark.parametrize(
    ("rows", "auc", "is_warning"),
    [
        pytest.param(((0, 1), (0, 3), (1, 2), (1, 4)), 0.75, True, id="3 of 4 pairs"),
        pytest.param(((0, 1), (0, 4), (1, 2), (1, 3)), 0.5, False, id="2 of 4 pairs"),
    ],
)
def test_above_0_70_is_a_warning(rows, auc, is_warning):
    width = found(films(*rows))["width"]

    assert (width.auc.value, width.is_warning) == (auc, is_warning)


def test_an_interval_that_holds_chance_is_said():
    width = found(films((0, 1), (1, 2), (0, 3), (1, 4)))["width"]

    assert width.auc.low <= 0.5
    assert width.sentence.endswith("higher in PNEUMONIA, which may be chance with so few films")


def test_test_films_and_copies_of_them_change_no_figure():
    ours = films((0, 1), (0, 2), (1, 3), (1, 4))
    theirs = films((1, 1), (1, 2), (0, 3), (0, 4), subset="test")
    copy = measured(labelled("copy", 0, sha256=theirs[0].film.sha256), width=9)

    assert found((*ours, *theirs, copy)) == found(ours)


def test_every_number_is_measured_and_the_worst_stands_first():
    rows = shortcuts(films((0, 1), (0, 2), (1, 3), (1, 4)), LABELS, Task.BINARY)

    assert {one.name for one in rows} == set(NUMBERS)
    assert [one.name for one in rows][:2] == ["width", "aspect"]


@pytest.mark.parametrize(
    "only",
    [
        pytest.param((), id="no film"),
        pytest.param(((1, 5),), id="one film"),
        pytest.param(((0, 5), (0, 6)), id="one class"),
    ],
)
def test_a_label_that_all_films_have_or_none_has_no_figure(only):
    assert shortcuts(films(*only), LABELS, Task.BINARY) == ()


def test_each_label_that_excludes_no_other_is_told_the_worst_first():
    rows = (((0,), 1), ((0, 1), 2), ((1,), 3), ((), 4))
    several = tuple(
        measured(labelled(str(place), *classes), width=width)
        for place, (classes, width) in enumerate(rows)
    )

    told = [one for one in shortcuts(several, FINDINGS, Task.MULTILABEL) if one.name == "width"]

    # Mass: 1 and 2 against 3 and 4, all pairs. Nodule: 2 and 3 against 1 and 4, two of four.
    assert [(one.label, one.auc.value, one.higher_in) for one in told] == [
        ("Mass", 1.0, "films without Mass"),
        ("Nodule", 0.5, "neither"),
    ]


def squares_and_others(n_films: int, films_of_a_patient: int = 1):
    """PNEUMONIA is square, large or small: neither width nor height alone tells it."""
    sides = ((100, 100), (200, 200), (100, 200), (200, 100))
    return tuple(
        measured(
            labelled(str(n), int(n % 4 < 2), patient=str(n // films_of_a_patient)),
            width=sides[n % 4][0],
            height=sides[n % 4][1],
        )
        for n in range(n_films)
    )


def test_numbers_together_tell_what_none_tells_alone():
    told = found(squares_and_others(120))

    assert [told[name].auc.value for name in ("width", "height", "aspect")] == [0.5, 0.5, 0.5]
    assert told[COMBINED].auc.value == 1.0
    assert told[COMBINED].sentence == (
        "width, height, aspect and file size together predict PNEUMONIA, AUC 1.000 (1.000-1.000)"
    )


@pytest.mark.parametrize(
    ("n_films", "films_of_a_patient"),
    [
        pytest.param(96, 1, id="too few films"),
        pytest.param(120, 120, id="one patient, whom no fold can hold back"),
    ],
)
def test_the_combined_score_is_left_out_where_nothing_can_be_held_back(n_films, films_of_a_patient):
    assert COMBINED not in found(squares_and_others(n_films, films_of_a_patient))


def test_the_combined_score_of_films_of_one_size_is_chance():
    same = films(*((n % 3 // 2, 100) for n in range(150)))  # one in three is PNEUMONIA

    assert found(same)[COMBINED].auc.value == 0.5
