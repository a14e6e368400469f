"""Patient numbers in more than one of the archive's folders."""

from tests.training.audit.makers import labelled
from training.audit.patient_leakage import find_shared


def test_a_number_in_test_and_elsewhere_is_counted_with_its_films():
    films = (
        labelled("a", 0, patient="7"),
        labelled("b", 1, patient="7"),
        labelled("c", 0, patient="7", subset="test"),
        labelled("d", 0, patient="8"),
        labelled("e", 0, patient="9", subset="test"),
    )

    (shared,) = find_shared(films)

    assert (shared.folders, shared.patients) == (("train", "test"), 1)
    assert (shared.films_in("train"), shared.films_in("test")) == (2, 1)
    assert [film.name for film in shared.films] == ["a", "b", "c"]


def test_each_two_folders_are_looked_at_and_test_stands_first():
    films = tuple(labelled(folder, 0, patient="7", subset=folder) for folder in ("train", "val"))
    films += (labelled("t", 0, patient="8", subset="val"),)
    films += (labelled("u", 0, patient="8", subset="test"),)

    assert [one.folders for one in find_shared(films)] == [("val", "test"), ("train", "val")]


def test_films_of_one_folder_share_nothing():
    assert find_shared((labelled("a", 0, patient="7"), labelled("b", 0, patient="7"))) == ()
