"""How far an answer moves when the film is changed a little: one film, twenty small changes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.film_input import FilmInput
from cxr_app.interpretation.changes import CHANGES, Change
from cxr_app.prediction import Prediction

__all__ = ["Answer", "Stability", "answers_to_changes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model says of one changed film.

    Attributes
    ----------
    change : Change
    probability : float or None
        Calibrated probability of the last class; None where the changed film was refused.
    code : Code or None
        Of the refusal.
    """

    change: Change
    probability: float | None
    code: Code | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability:
    """The answers to a film and to its changed copies.

    Attributes
    ----------
    plain : float
        Probability of the film as it is.
    threshold : float
        The last class is given from this probability on.
    answers : tuple of Answer
        In the order of `CHANGES`.
    """

    plain: float
    threshold: float
    answers: tuple[Answer, ...]

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Of the changed films that got one."""
        found = (answer.probability for answer in self.answers)
        return tuple(one for one in found if one is not None)

    @property
    def n_refused(self) -> int:
        """How many changed films were refused."""
        return len(self.answers) - len(self.probabilities)

    @property
    def n_other_label(self) -> int:
        """How many changed films got another label than the film as it is."""
        label = self.plain >= self.threshold
        return sum((one >= self.threshold) != label for one in self.probabilities)

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest probability, the film as it is among them."""
        every = (self.plain, *self.probabilities)
        return min(every), max(every)


def answers_to_changes(
    prediction: Prediction,
    film: FilmInput,
    *,
    changes: Sequence[Change] = CHANGES,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Answer]:
    """Classify changed copies of a film, one after the other, as the film itself was.

    Each is a film of its own to the engine's queue, so other readers' films take their turns in
    between. Stop early by taking no more of them.

    Parameters
    ----------
    prediction : Prediction
    film : FilmInput
        What is kept of a film: its input of 512 x 512 pixels, on which the changes are made.
    changes : sequence of Change
    is_cancelled : callable () -> bool
        Asked before each change; nothing more comes once it is True.
    """
    for change in changes:
        if is_cancelled():
            return
        pixels = np.ascontiguousarray(change.apply(film.pixels[:, :, 0]))[:, :, np.newaxis]
        try:
            result = prediction.classify_image(replace(film, pixels=pixels))
        except Rejected as refusal:
            yield Answer(change=change, probability=None, code=refusal.code)
        else:
            label = prediction.bundle.spec.labels[-1]
            yield Answer(change=change, probability=result.confidences[label])
