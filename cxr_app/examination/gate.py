"""Whether a picture is a film that the model was made for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.examination.evidence import Evidence
from cxr_app.examination.linear import LinearClassifier

__all__ = ["ADULT", "CHILD", "LATERAL", "OTHERS", "Gate", "Judgement"]

CHILD: Final = "child"
ADULT: Final = "adult"
LATERAL: Final = "lateral"
# What a picture may be instead, and how a refusal puts it.
OTHERS: Final = MappingProxyType(
    {
        LATERAL: "it looks like a lateral view; the model knows frontal ones only",
        "body": "it looks like a radiograph of another part of the body",
        "slice": "it looks like a CT, MR or ultrasound image",
        "photo": "it looks like a photograph or a drawing",
        "page": "it looks like a page, a chart or a screen",
        "pattern": "it looks like a pattern, not a picture",
        "several": "it looks like several films in one picture",
    }
)
_UNLIKE: Final = "it is unlike every chest film that the program knows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the gate says of a picture.

    Attributes
    ----------
    reason : str or None
        Why it is no chest film, as half a sentence; None where it is one.
    is_adult, is_lateral : bool
    chest : float
        Probability of a frontal chest film, 0..1.
    distance : float
        From the chest films that the gate was fitted on, in standard deviations; 1 is usual.
    """

    reason: str | None
    is_adult: bool
    is_lateral: bool
    chest: float
    distance: float

    @property
    def is_finite(self) -> bool:
        """Whether it can be trusted at all."""
        return bool(np.isfinite([self.chest, self.distance]).all())


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A classifier of kinds of pictures, and a Gaussian of chest films.

    Attributes
    ----------
    kinds : LinearClassifier
        Over `CHILD`, `ADULT` and `OTHERS`.
    centre : ndarray, float32 [d]
        Mean of chest films, standardised.
    whitening : ndarray, float32 [d, p]
        From standardised numbers to p uncorrelated ones of variance 1 in chest films; the
        covariance was shrunk (Ledoit and Wolf 2004).
    chest_from, adult_from, lateral_from : float
        Probabilities: of a chest film, below which a picture is refused; of an adult and of a
        lateral view, from which there is a warning.
    distance_to : float
        Distance above which a picture is refused.
    """

    kinds: LinearClassifier
    centre: NDArray[np.float32]
    whitening: NDArray[np.float32]
    chest_from: float
    distance_to: float
    adult_from: float
    lateral_from: float

    def judge(self, evidence: Evidence) -> Judgement:
        """Judge a picture by its evidence; it should stand upright."""
        numbers = evidence.of_gate()
        shares = self.kinds.probabilities(numbers)
        chest = shares[CHILD] + shares[ADULT]
        distance = self.distance(numbers)
        reason = None
        if chest < self.chest_from:
            reason = OTHERS[max(OTHERS, key=shares.__getitem__)]
        elif distance > self.distance_to:
            reason = _UNLIKE
        grown = shares[ADULT] / max(shares[ADULT] + shares[CHILD], 1e-12)
        return Judgement(
            reason=reason,
            is_adult=grown >= self.adult_from,
            is_lateral=shares[LATERAL] >= self.lateral_from,
            chest=chest,
            distance=distance,
        )

    def distance(self, numbers: NDArray[np.float32]) -> float:
        """Measure how far numbers float32 [d] are from chest films."""
        away = (self.kinds.standardised(numbers) - self.centre) @ self.whitening
        return float(np.sqrt(np.mean(away.astype(np.float64) ** 2)))

    @classmethod
    def read(cls, stored: Mapping[str, Any], limits: Mapping[str, float]) -> "Gate":
        """Read it out of `gate.npz` and its limits in `spec.json`.

        Raises
        ------
        KeyError, ValueError
            Where something is missing or does not fit.
        """
        kinds = LinearClassifier.read(stored, "kinds")
        if set(kinds.names) != {CHILD, ADULT, *OTHERS}:
            raise ValueError("the kinds of gate.npz are not those of this program")
        centre = np.asarray(stored["centre"], np.float32)
        whitening = np.asarray(stored["whitening"], np.float32)
        if whitening.ndim != 2 or whitening.shape[0] != len(kinds.mean) != 0:
            raise ValueError("the shapes of gate.npz do not fit together")
        if not (np.isfinite(centre).all() and np.isfinite(whitening).all()):
            raise ValueError("gate.npz holds numbers that are not finite")
        return cls(
            kinds=kinds,
            centre=centre.reshape(len(kinds.mean)),
            whitening=whitening,
            chest_from=limits["chest"],
            distance_to=limits["distance"],
            adult_from=limits["adult"],
            lateral_from=limits["lateral"],
        )
