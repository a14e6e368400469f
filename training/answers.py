"""What a served model says of labelled films, and of their changed forms."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.decode import decode
from cxr_app.limits import Limits
from cxr_app.prediction import Prediction
from training.forms import Form
from training.sources import LabelledFilm

__all__ = ["Answers", "ask"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Answers to the films that got one.

    Attributes
    ----------
    films : tuple of LabelledFilm
        Those that got one.
    probability : ndarray, float64 [N]
        Calibrated, of the looked-for class.
    forms : dict of str to ndarray, float64 [N]
        The same of each changed form; NaN where the changed film was refused.
    refused : dict of Code to int
        How many films got none, and why.
    """

    films: tuple[LabelledFilm, ...]
    probability: NDArray[np.float64]
    forms: dict[str, NDArray[np.float64]]
    refused: dict[Code, int]

    @property
    def labels(self) -> NDArray[np.int64]:
        """1 for the looked-for class, int64 [N]."""
        return np.array([film.label for film in self.films], np.int64)

    @property
    def patients(self) -> tuple[str, ...]:
        """Of each film."""
        return tuple(film.patient for film in self.films)


def ask(
    prediction: Prediction, films: tuple[LabelledFilm, ...], forms: Mapping[str, Form]
) -> Answers:
    """Classify films as the app does, one at a time: any number of any size fits into memory.

    Parameters
    ----------
    prediction : Prediction
    films : tuple of LabelledFilm
    forms : mapping of str to Form
        The changed forms to ask about too; may be empty.
    """
    label = prediction.bundle.spec.labels[-1]
    answered: list[LabelledFilm] = []
    rows: list[list[float]] = []
    refused: Counter[Code] = Counter()
    for film in tqdm(films, desc="films", unit="film", leave=False):
        try:
            decoded = decode(film.path.read_bytes(), Limits())
            rows.append([prediction.classify_image(decoded).confidences[label]])
        except Rejected as error:
            refused[error.code] += 1
            continue
        answered.append(film)
        for form in forms.values():
            try:
                changed = form(decoded.pixels, film.label == 1)
                rows[-1].append(prediction.classify_image(changed).confidences[label])
            except Rejected:
                rows[-1].append(float("nan"))
    columns = np.array(rows, np.float64).reshape(len(rows), 1 + len(forms))
    return Answers(
        films=tuple(answered),
        probability=columns[:, 0],
        forms={name: columns[:, place] for place, name in enumerate(forms, start=1)},
        refused=dict(refused),
    )
