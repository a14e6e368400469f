"""The examination of a picture: what refuses it, and what a reader must know before the number."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.examination.evidence import Evidence
from cxr_app.examination.gate import Gate
from cxr_app.examination.lungs import is_badly_framed
from cxr_app.examination.orientation import Orientation, inverted, turned_back

__all__ = ["Examiner"]

See = Callable[[NDArray[np.uint8]], Evidence]
"""What the engine makes of a picture uint8 [512, 512]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examiner:
    """Orientation and gate, one after the other.

    A film that lies on its side, stands on its head or is a negative is put right for the gate
    alone: the gate knows upright films, and the number is still that of the film as it was given.
    """

    gate: Gate
    orientation: Orientation

    def examine(self, evidence: Evidence, see: See) -> tuple[Code, ...]:
        """Examine a picture.

        Parameters
        ----------
        evidence : Evidence
            Of the picture as it was given.
        see : callable
            Asked again where the picture has to be put right.

        Returns
        -------
        tuple of Code
            `outside_population`, `lateral_view`, `rotated`, `appears_inverted`, `heavily_cropped`.

        Raises
        ------
        Rejected
            `not_a_chest_film`; `gate_failed` where the answer is no number.
        """
        is_negative = self.orientation.is_negative(evidence)
        positive = see(inverted(evidence.grey)) if is_negative else evidence
        turned = self.orientation.turned(positive)
        upright = see(turned_back(positive.grey, turned)) if turned else positive
        found = self.gate.judge(upright)
        if not found.is_finite:
            raise Rejected(Code.GATE_FAILED, id=secrets.token_hex(4))
        if found.reason is not None:
            raise Rejected(Code.NOT_A_CHEST_FILM, reason=found.reason)
        told = {
            Code.OUTSIDE_POPULATION: found.is_adult,
            Code.LATERAL_VIEW: found.is_lateral,
            Code.ROTATED: bool(turned),
            Code.APPEARS_INVERTED: is_negative,
            Code.HEAVILY_CROPPED: is_badly_framed(upright.lungs),
        }
        return tuple(code for code, is_so in told.items() if is_so)

    @classmethod
    def read(
        cls, gate: Mapping[str, Any], orientation: Mapping[str, Any], limits: Mapping[str, float]
    ) -> "Examiner":
        """Read it out of a bundle's files.

        Raises
        ------
        KeyError, ValueError
            Where something is missing or does not fit.
        """
        return cls(gate=Gate.read(gate, limits), orientation=Orientation.read(orientation, limits))
