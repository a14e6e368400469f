"""How a film stands: upright, on its side or upside down; and whether it is a negative."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.examination.evidence import Evidence
from cxr_app.examination.linear import LinearClassifier

__all__ = ["NEGATIVE", "POSITIVE", "TURNS", "Orientation", "Stance"]

TURNS: Final = ("0", "90", "180", "270")  # degrees clockwise that a film was turned by
POSITIVE: Final = "positive"
NEGATIVE: Final = "negative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """How a film stands.

    Attributes
    ----------
    turned : int
        Quarter turns clockwise, 0..3, by which it stands away from upright.
    is_negative : bool
    """

    turned: int = 0
    is_negative: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether nothing is to be put right."""
        return not self.turned and not self.is_negative

    def put_right(self, grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Turn and invert a picture uint8 [h, w] back."""
        upright = np.rot90(grey, self.turned)
        return np.ascontiguousarray(255 - upright if self.is_negative else upright)


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

    def judge(self, evidence: Evidence) -> Stance:
        """Tell how a picture stands."""
        numbers = evidence.of_orientation()
        turn = self.turn.probabilities(numbers)
        is_turned = 1 - turn[TURNS[0]] >= self.turn_from
        likeliest = max(TURNS[1:], key=turn.__getitem__)
        return Stance(
            turned=TURNS.index(likeliest) if is_turned else 0,
            is_negative=self.tone.probabilities(numbers)[NEGATIVE] >= self.tone_from,
        )

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
