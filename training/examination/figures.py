"""What the gate and orientation do on pictures that they were not fitted on, kind by kind."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxr_app.examination.gate import ADULT, CHILD, LATERAL
from cxr_app.examination.orientation import TURNS
from training.examination.fitting import FILMS, Judged
from training.examination.gathering import Gathered

__all__ = ["GateFigure", "figures"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFigure:
    """A share of pictures of one kind.

    Attributes
    ----------
    what : str
        "refused", "warned: adult", "warned: lateral", "warned: turned" or "warned: negative".
    kind, detail, form : str
    pictures, sources : int
    share : float
        0..1.
    """

    what: str
    kind: str
    detail: str
    form: str
    pictures: int
    sources: int
    share: float


def figures(rows: Gathered, judged: Judged, limits: dict[str, float]) -> Iterator[GateFigure]:
    """Yield the figures, of films held out first."""
    refused = (judged.chest < limits["chest"]) | (judged.distance > limits["distance"])
    adult = (judged.grown >= limits["adult"]) | refused
    lateral = (judged.shares[LATERAL] >= limits["lateral"]) | refused
    turned, negative = judged.turned >= limits["turn"], judged.negative >= limits["negative"]
    upright = (rows.turn == TURNS[0]) & ~rows.is_negative

    def told(what: str, answer: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> GateFigure:
        return GateFigure(
            what=what,
            kind=str(rows.kind[chosen][0]),
            detail=str(rows.detail[chosen][0]),
            form=str(rows.form[chosen][0]),
            pictures=int(chosen.sum()),
            sources=len(np.unique(rows.source[chosen])),
            share=round(float(answer[chosen].mean()), 4),
        )

    for kind in FILMS:
        for form in ("plain", "chain", "mirrored", "cut"):
            chosen = rows.is_held_out & (rows.kind == kind) & (rows.form == form)
            if chosen.any():
                yield told("refused", refused, chosen)
                yield told("warned or refused: adult", adult, chosen)
                yield told("warned: lateral", lateral & ~refused, chosen)
                yield told("warned: turned", turned, chosen)
                yield told("warned: negative", negative, chosen)
        held = rows.is_held_out & (rows.kind == kind)
        for turn in TURNS[1:]:
            chosen = held & (rows.turn == turn) & ~rows.is_negative
            if chosen.any():
                yield told(f"warned: turned, of films turned by {turn} degrees", turned, chosen)
        chosen = held & rows.is_negative & (rows.turn == TURNS[0])
        if chosen.any():
            yield told("warned: negative, of negatives", negative, chosen)
    for detail in np.unique(rows.detail[~np.isin(rows.kind, FILMS)]):
        chosen = (rows.detail == detail) & upright & (rows.form == "plain")
        answer = lateral if rows.kind[chosen][0] == LATERAL else refused
        yield told("warned or refused" if answer is lateral else "refused", answer, chosen)


def summary(rows: Gathered, judged: Judged, limits: dict[str, float]) -> dict[str, float]:
    """Sum the gate up in four shares of pictures, as they are, that were not fitted on."""
    refused = (judged.chest < limits["chest"]) | (judged.distance > limits["distance"])
    adult = judged.grown >= limits["adult"]
    plain = rows.form == "plain"
    other = plain & ~np.isin(rows.kind, (*FILMS, LATERAL))
    child, grown = (plain & rows.is_held_out & (rows.kind == kind) for kind in (CHILD, ADULT))
    shares = {
        "others_refused": refused[other],
        "children_refused": refused[child],
        "children_warned_adult": (adult & ~refused)[child],
        "adults_warned_or_refused": (adult | refused)[grown],
    }
    return {name: round(float(share.mean()), 4) for name, share in shares.items() if len(share)}
