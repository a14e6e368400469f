"""How many films of each class there are."""

from tests.training.audit.makers import labelled
from training.audit.counts import count, counts_csv, parts_of
from training.data.splits import Split

LABELS = ("Mass", "Nodule")

FILMS = (
    labelled("a", 0, patient="1"),
    labelled("b", 0, 1, patient="1"),
    labelled("c", 1, patient="2"),
    labelled("d", patient="3"),
    labelled("copy", 0, patient="4", sha256="same"),
    labelled("e", 0, patient="5", subset="test", sha256="same"),
)
SPLIT = Split(fit=FILMS[:2], validation=FILMS[2:3], calibration=FILMS[3:4])


def test_a_film_in_no_part_is_a_test_film_or_left_out():
    assert parts_of(FILMS, SPLIT) == {
        "a": "fit",
        "b": "fit",
        "c": "validation",
        "d": "calibration",
        "copy": "left out",
        "e": "test",
    }


def test_without_a_split_only_test_films_have_a_part():
    assert set(parts_of(FILMS[:4], None).values()) == {"not split"}
    assert parts_of(FILMS, None)["e"] == "test"


def test_films_are_counted_by_folder_and_by_part_with_their_patients():
    rows = [
        (one.kind, one.place, one.label, one.films, one.patients, one.share)
        for one in count(FILMS, parts_of(FILMS, SPLIT), LABELS)
    ]

    assert rows[:4] == [
        ("folder", "train", "Mass", 3, 2, 0.6),  # a, b and copy of five films
        ("folder", "train", "Nodule", 2, 2, 0.4),
        ("folder", "train", "none of these", 1, 1, 0.2),
        ("folder", "train", "all films", 5, 4, 1.0),
    ]
    assert ("part", "fit", "Nodule", 1, 1, 0.5) in rows
    assert ("part", "left out", "all films", 1, 1, 1.0) in rows


def test_a_folder_without_a_film_has_no_row():
    assert {one.place for one in count(FILMS, parts_of(FILMS, SPLIT), LABELS)} == {
        "train", "test", "fit", "validation", "calibration", "left out",
    }  # fmt: skip


def test_a_label_cannot_act_as_a_formula_in_a_spreadsheet():
    films = (labelled("a", 0),)

    text = counts_csv(count(films, parts_of(films, None), ("=1+1", "B")))

    assert text.splitlines() == [
        '"kind","place","label","films","patients","share"',
        '"folder","train","\'=1+1",1,1,1.0',
        '"folder","train","B",0,0,0.0',
        '"folder","train","all films",1,1,1.0',
    ]
