"""Which films are shown."""

from tests.training.audit.makers import labelled
from training.audit.example_films import choose_samples

FILMS = tuple(
    labelled(f"{label} {n}", label, patient=f"{label} {n // 3}")
    for label in (0, 1)
    for n in range(60)
)


def test_eight_of_each_class_are_of_different_patients():
    chosen = choose_samples(FILMS, 2, seed=1)

    assert [film.label for film in chosen] == [0] * 8 + [1] * 8
    assert len({film.patient for film in chosen}) == 16


def test_no_test_film_and_no_copy_of_one_is_shown():
    films = (
        labelled("a", 0),
        labelled("copy", 0, sha256="same"),
        labelled("test", 0, subset="test", sha256="same"),
    )

    assert [film.name for film in choose_samples(films, 2, seed=1)] == ["a"]


def test_a_film_of_two_labels_is_shown_once_and_one_without_any_last():
    films = (labelled("none"), labelled("both", 0, 1))

    assert [film.name for film in choose_samples(films, 2, seed=1)] == ["both", "none"]


def test_a_seed_shows_the_same_films_and_another_others():
    assert choose_samples(FILMS, 2, seed=1) == choose_samples(FILMS, 2, seed=1)
    assert choose_samples(FILMS, 2, seed=1) != choose_samples(FILMS, 2, seed=2)
