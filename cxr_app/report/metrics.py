"""`metrics.json`, what was measured of a bundle, as frozen dataclasses.

Figures that this program does not know are passed over, because newer trainings write more of them;
those it knows must be of the right kind, in range and finite.
"""

import json
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict

from cxr_app.report.evaluation import Evaluation, ZoneShares
from cxr_app.report.values import OPEN, Count, Figure, Rows, Sha256, Share, Text
from cxr_app.strict_parsing import read_strictly

__all__ = [
    "MAX_METRICS_BYTES",
    "Candidate",
    "Gate",
    "GateFigure",
    "LungsFigure",
    "MapCheck",
    "Metrics",
    "Retrained",
    "Scores",
    "Taught",
    "parse_metrics",
]

MAX_METRICS_BYTES: Final = 4 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Figures without intervals."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    accuracy: Share
    auc: Share
    films: Count
    ece: Share | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A network that was trained; one of them became the model."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    backbone: Text
    first_weights: Text
    best_epoch: Count
    validation: Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A model that taught this one."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    name: Text
    version: Text
    backbone: Text
    size: Count
    bundle_sha256: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrained:
    """Whether the winner was trained further, and on the validation films too."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    epochs: Count
    with_validation_films: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LungsFigure:
    """How well the lungs are found: Dice's coefficient on films left out."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    change: Text
    group: Text
    films: Count
    median: Share
    lowest: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFigure:
    """One row of the gate's table: what share of some pictures it refuses or warns of."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    what: Text
    kind: Text
    detail: Text
    form: Text
    pictures: Count
    sources: Count
    share: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the gate does, in short and row by row."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    summary: Annotated[dict[str, Share], Rows]
    figures: Annotated[tuple[GateFigure, ...], Rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCheck:
    """One check of the heat map."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    check: Text
    films: Count
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """All that was measured of a bundle.

    Attributes
    ----------
    bundle_sha256 : str
        The identity of the bundle that the file lies beside.
    films : dict of str to int
        By part of the split.
    evaluations : dict of str to Evaluation
        By part, such as `test`.
    map_checks : tuple of MapCheck or None
        None where the heat map was not checked.
    """

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    bundle_sha256: Sha256
    command: Text
    films: Annotated[dict[str, Count], Rows]
    winner: Text
    candidates: Annotated[tuple[Candidate, ...], Rows]
    retrained: Retrained
    sharp_copies: Count = 0
    teachers: Annotated[tuple[Taught, ...], Rows] = ()
    calibration: Scores | None = None
    zone: ZoneShares | None = None
    limits: Annotated[tuple[Text, ...], Rows] = ()
    evaluations: Annotated[dict[str, Evaluation], Rows] = field(default_factory=dict)
    lungs: Annotated[tuple[LungsFigure, ...], Rows] | None = None
    gate: Gate | None = None
    map_checks: Annotated[tuple[MapCheck, ...], Rows] | None = None


def parse_metrics(data: bytes) -> Metrics:
    """Read `metrics.json`.

    Raises
    ------
    ValueError
        One sentence: what is wrong, with the key.
    """
    if len(data) > MAX_METRICS_BYTES:
        raise ValueError(f"is larger than {MAX_METRICS_BYTES // 2**20} MiB")
    try:
        return read_strictly(Metrics, json.loads(data, parse_constant=_refuse))
    except RecursionError:
        raise ValueError("is nested too deep") from None


def _refuse(name: str) -> float:
    raise ValueError(f"holds {name}, which is no number")
