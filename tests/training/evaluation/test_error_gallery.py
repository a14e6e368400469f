"""Which errors are the worst."""

from pathlib import Path

import numpy as np

from training.data.sources import LabelledFilm
from training.evaluation.answers import Answers
from training.evaluation.error_gallery import find_mistakes


def film(name: str, label: int) -> LabelledFilm:
    return LabelledFilm(
        path=Path(name), name=name, classes=(label,), patient=name, subset="test", sha256="0" * 64
    )


def test_the_worst_mistake_is_farthest_on_the_wrong_side():
    films = (film("a", 1), film("b", 0), film("c", 1), film("d", 0))
    answers = Answers(
        films=films,
        truth=np.array([[1], [0], [1], [0]], np.uint8),
        probability=np.array([[0.4], [0.9], [0.1], [0.2]]),
        refused={},
    )

    found = find_mistakes(answers, ("PNEUMONIA",), 0.5)

    # 0.9 and 0.1 lie 0.4 away from the threshold, 0.4 lies 0.1 away; d is right.
    assert [(one.film.name, one.is_missed) for one in found] == [
        ("b", False),
        ("c", True),
        ("a", True),
    ]
