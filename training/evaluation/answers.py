"""What a served model says of labelled films, and of their changed forms."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from cxr_app.bundle import Bundle
from cxr_app.codes import Code
from cxr_app.engine.base import Engine
from cxr_app.errors import Rejected
from cxr_app.imaging.decode import decode
from cxr_app.limits import Limits
from cxr_app.prediction import Prediction
from cxr_app.spec import Spec, Task
from training.calibration.decision import calibrated
from training.data.film_reader import reader_of
from training.data.preparation import truth_of
from training.data.sources import LabelledFilm
from training.evaluation.perturbations import Form
from training.metrics.figures import Called

__all__ = ["Answers", "ask", "ask_findings", "looked_for"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Answers to the films that got one.

    Attributes
    ----------
    films : tuple of LabelledFilm
        Those that got one.
    truth : ndarray, uint8 [N, K]
        1 where the film has a label that is looked for: one of two classes, or each finding.
    probability : ndarray, float64 [N, K]
        Calibrated, of these labels.
    forms : dict of str to ndarray, float64 [N]
        Of each changed form, of the only label; NaN where the changed film was refused.
    refused : dict of Code to int
        How many films got none, and why.
    """

    films: tuple[LabelledFilm, ...]
    truth: NDArray[np.uint8]
    probability: NDArray[np.float64]
    forms: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    refused: dict[Code, int]

    @property
    def patients(self) -> tuple[str, ...]:
        """Of each film."""
        return tuple(film.patient for film in self.films)

    def calls(self, threshold: float) -> tuple[Called, ...]:
        """Look at each label by itself; it is said from the threshold on."""
        return tuple(
            Called(
                labels=truth.astype(np.int64),
                probability=probability,
                patients=self.patients,
                threshold=threshold,
            )
            for truth, probability in zip(self.truth.T, self.probability.T, strict=True)
        )


def looked_for(spec: Spec) -> tuple[str, ...]:
    """Name the labels that are looked for: the second of two classes, or every finding."""
    return spec.labels[-1:] if spec.task is Task.BINARY else spec.labels


def ask(
    prediction: Prediction, films: tuple[LabelledFilm, ...], forms: Mapping[str, Form]
) -> Answers:
    """Classify films as the app does, one at a time: any number of any size fits into memory.

    Parameters
    ----------
    prediction : Prediction
    films : tuple of LabelledFilm
        Of two classes.
    forms : mapping of str to Form
        The changed forms to ask about too; may be empty.
    """
    label = prediction.bundle.spec.labels[-1]

    def answer(film: LabelledFilm) -> list[float]:
        decoded = decode(film.path.read_bytes(), Limits())
        row = [prediction.classify_image(decoded).confidences[label]]
        for form in forms.values():
            try:
                changed = form(decoded.pixels, film.label == 1)
                row.append(prediction.classify_image(changed).confidences[label])
            except Rejected:
                row.append(float("nan"))
        return row

    answered, rows, refused = _asked(films, answer)
    columns = np.array(rows, np.float64).reshape(len(rows), 1 + len(forms))
    return Answers(
        films=answered,
        truth=truth_of(tuple(film.classes for film in answered), 2)[:, 1:],
        probability=columns[:, :1],
        forms={name: columns[:, place] for place, name in enumerate(forms, start=1)},
        refused=refused,
    )


def ask_findings(bundle: Bundle, engine: Engine, films: tuple[LabelledFilm, ...]) -> Answers:
    """Ask for every finding of every film; `Prediction` answers two classes alone.

    One film at a time, as there: an answer must not depend, even in its last digit, on its company.

    Parameters
    ----------
    bundle : Bundle
        Of a multi-label task.
    engine : Engine
        Its own.
    films : tuple of LabelledFilm
    """
    reader = reader_of(bundle)

    def answer(film: LabelledFilm) -> NDArray[np.float32]:
        logits: NDArray[np.float32] = engine.run(reader.read(film)[np.newaxis]).logits[0]
        if not np.isfinite(logits).all():
            raise Rejected(Code.ENGINE_FAILED)
        return logits

    answered, rows, refused = _asked(films, answer)
    n_labels = len(bundle.spec.labels)
    every = np.array(rows, np.float32).reshape(len(rows), n_labels)
    return Answers(
        films=answered,
        truth=truth_of(tuple(film.classes for film in answered), n_labels),
        probability=calibrated(every, bundle.spec.decision, bundle.spec.task),
        refused=refused,
    )


def _asked(
    films: tuple[LabelledFilm, ...], answer: Callable[[LabelledFilm], T]
) -> tuple[tuple[LabelledFilm, ...], list[T], dict[Code, int]]:
    """Give the films that got an answer, the answers, and why the others got none."""
    found: list[tuple[LabelledFilm, T]] = []
    refused: Counter[Code] = Counter()
    for film in tqdm(films, desc="films", unit="film", leave=False):
        try:
            found.append((film, answer(film)))
        except Rejected as error:
            refused[error.code] += 1
    return tuple(film for film, _ in found), [row for _, row in found], dict(refused)
