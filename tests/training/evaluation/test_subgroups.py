"""Groups of films apart."""

from pathlib import Path

import numpy as np
import pytest

from training.data.sources import LabelledFilm
from training.evaluation.subgroups import groups_apart, kinds_apart
from training.metrics import bootstrap
from training.metrics.figures import Called


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "DRAWS", 20)


def film(place: int, label: int, *groups: tuple[str, str]) -> LabelledFilm:
    return LabelledFilm(
        path=Path(f"{place}.png"),
        name=f"{place}.png",
        classes=(label,),
        patient=str(place),
        subset="test",
        sha256="0" * 64,
        groups=groups,
    )


def called(films: tuple[LabelledFilm, ...], probability: list[float]) -> Called:
    return Called(
        labels=np.array([one.label for one in films], np.int64),
        probability=np.array(probability),
        patients=tuple(one.patient for one in films),
        threshold=0.5,
    )


def test_a_kind_of_infection_is_measured_against_all_films_of_the_other_class():
    kinds = ("bacteria", "bacteria", "virus")
    films = (
        *(film(place, 1, ("kind", kind)) for place, kind in enumerate(kinds)),
        film(3, 0),
        film(4, 0),
    )

    found = kinds_apart(films, called(films, [0.9, 0.4, 0.3, 0.2, 0.35]))

    assert list(found) == ["bacteria", "virus"]
    assert found["bacteria"]["films"] == 2
    assert found["bacteria"]["sensitivity"].value == 1 / 2
    assert found["bacteria"]["auc"].value == 1
    assert found["virus"]["auc"].value == 1 / 2  # 0.3 is above 0.2 and below 0.35


def test_a_group_is_measured_where_ten_films_have_the_label_and_ten_have_not():
    # Women: ten with, ten without, two of them called wrongly. Men: ten with, nine without.
    films = tuple(
        film(place, int(place % 2 == 0), ("sex", "F" if place < 20 else "M")) for place in range(39)
    )
    probability = [0.8 if one.label else 0.1 for one in films]
    probability[0], probability[1] = 0.3, 0.6

    women, men = groups_apart(films, (called(films, probability),), ("PNEUMONIA",))

    assert (women["group"], women["value"], women["films"]) == ("sex", "F", 20)
    assert women["with_label"] == 10
    assert women["figures"]["sensitivity"].value == pytest.approx(9 / 10)
    assert women["figures"]["specificity"].value == pytest.approx(9 / 10)
    # Of 100 pairs one is in the wrong order: the missed 0.3 lies below the wrong 0.6.
    assert women["figures"]["auc"].value == pytest.approx(99 / 100)
    assert (men["films"], men["with_label"], men["figures"]) == (19, 10, None)


def test_each_label_is_measured_in_each_group_and_films_of_no_group_in_none():
    films = (film(0, 1, ("view", "AP")), film(1, 0), film(2, 1, ("view", "PA"), ("sex", "F")))
    one = called(films, [0.9, 0.1, 0.9])

    found = groups_apart(films, (one, one), ("Mass", "Edema"))

    seen = [(row["group"], row["value"], row["label"], row["films"]) for row in found]
    assert seen == [
        ("view", "AP", "Mass", 1),
        ("view", "AP", "Edema", 1),
        ("view", "PA", "Mass", 1),
        ("view", "PA", "Edema", 1),
        ("sex", "F", "Mass", 1),
        ("sex", "F", "Edema", 1),
    ]
