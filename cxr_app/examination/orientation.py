"""How a film stands: upright, on its side or upside down; and whether it is a negative."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.examination.evidence import Evidence
from cxr_app.examination.linear import LinearClassifier

__all__ = ["NEGATIVE", "POSITIVE", "TURNS", "Orientation", "inverted", "turned_back"]

TURNS: Final = ("0", "90", "180", "270")  # degrees clockwise that a film was turned by
POSITIVE: Final = "positive"
NEGATIVE: Final = "negative"


def inverted(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Exchange black and white."""
    return 255 - grey


def turned_back(grey: NDArray[np.uint8], quarters: int) -> NDArray[np.uint8]:
    """Turn a picture uint8 [h, w] back that was turned clockwise by so many quarters."""
    return np.ascontiguousarray(np.rot90(grey, quarters))


@dataclass(frozen=True, slots=True, kw_only=True)
class Orientation:
    """Two classifiers on a picture's evidence, and the probability from which they are believed.

    Attributes
    ----------
    turn, tone : LinearClassifier
        Over `TURNS`; over positive and negative.
    turn_from, tone_from : float
        A film counts as turned, or as a negative, from this probability on.
    """

    turn: LinearClassifier
    tone: LinearClassifier
    turn_from: float
    tone_from: float

    def is_negative(self, evidence: Evidence) -> bool:
        """Tell whether a picture is a negative, however it stands."""
        return self.tone.probabilities(evidence.of_orientation())[NEGATIVE] >= self.tone_from

    def turned(self, evidence: Evidence) -> int:
        """Tell by how many quarters, 0..3, a positive stands turned clockwise from upright."""
        turn = self.turn.probabilities(evidence.of_orientation())
        if not 1 - turn[TURNS[0]] >= self.turn_from:  # what is no number is for the gate to tell
            return 0
        return TURNS.index(max(TURNS[1:], key=turn.__getitem__))

    @classmethod
    def read(cls, stored: Mapping[str, Any], limits: Mapping[str, float]) -> "Orientation":
        """Read it out of `orientation.npz` and the gate's limits in `spec.json`.

        Raises
        ------
        KeyError, ValueError
            Where something is missing or does not fit.
        """
        turn, tone = (LinearClassifier.read(stored, part) for part in ("turn", "tone"))
        if set(turn.names) != set(TURNS) or set(tone.names) != {POSITIVE, NEGATIVE}:
            raise ValueError("the classes of orientation.npz are not those of this program")
        return cls(turn=turn, tone=tone, turn_from=limits["turn"], tone_from=limits["negative"])
