"""`metrics.json`, what was measured of a bundle, as frozen dataclasses.

Figures that this program does not know are passed over, because newer trainings write more of them;
those it knows must be of the right kind, in range and finite.
"""

import json
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field

from cxr_app.strict_parsing import read_strictly

__all__ = [
    "MAX_METRICS_BYTES",
    "Candidate",
    "Change",
    "ClassFigures",
    "ClassReport",
    "Confusion",
    "Copies",
    "Evaluation",
    "Figure",
    "FormFigures",
    "Gate",
    "GateFigure",
    "GroupFigures",
    "KindFigures",
    "LungsFigure",
    "MapCheck",
    "Metrics",
    "Predictive",
    "Retrained",
    "Scores",
    "SharedPatients",
    "Shortcut",
    "Taught",
    "ZoneShares",
    "parse_metrics",
]

MAX_METRICS_BYTES: Final = 4 * 2**20
MAX_ROWS: Final = 2000

_OPEN: Final = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)

Share = Annotated[float, Field(ge=0, le=1)]
Difference = Annotated[float, Field(ge=-1, le=1)]
Count = Annotated[int, Field(ge=0, lt=2**53)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, Field(max_length=4000)]
Rows = Field(max_length=MAX_ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A share, or a difference of two, with its 95 % interval; None where there is no value."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    value: Difference | None
    low: Difference | None
    high: Difference | None

    def __post_init__(self) -> None:
        """Check the order of the ends."""
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low: must not be above high")


Figures = Annotated[dict[str, Figure], Rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Films by what they are and what was said; positive is the class that is looked for."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    true_positive: Count
    false_negative: Count
    false_positive: Count
    true_negative: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneShares:
    """Share of films in the indeterminate zone, and share of the others that are right."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    share_inside: Share
    right_outside: Share | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictive:
    """What an answer is worth at a prevalence."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    prevalence: Share
    ppv: Figure
    npv: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    """One class in the report of classes."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    label: Text
    support: Count
    intervals: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassReport:
    """Precision, recall and F1 of each class at the threshold."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    classes: Annotated[tuple[ClassFigures, ...], Rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFigures:
    """Films of one kind of infection, against all films of the other class."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    films: Count
    auc: Figure
    sensitivity: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """Films of one group, such as a sex; without figures where there are too few."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    group: Text
    value: Text
    films: Count
    with_label: Count
    figures: Figures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Mean change of the probability on films that have the label, and on the others."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    looked_for: Difference
    other: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFigures:
    """Films altered in one way, compared with the same films as they are.

    Attributes
    ----------
    form : str
        How they were altered.
    refused : int
        Altered films that got no answer; where all did, there are no figures.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    form: Text
    refused: Count
    auc_change: Figure | None = None
    sensitivity_before: Share | None = None
    specificity_before: Share | None = None
    sensitivity: Share | None = None
    specificity: Share | None = None
    mean_change: Share | None = None
    mean_shift: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPatients:
    """Figures without films whose patient number occurs in another folder too."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    films_left_out: Count
    figures_without: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """How well a number that says nothing about the lungs tells the classes apart by itself."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    name: Text
    auc: Figure
    higher_in: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Answers on larger copies of the same films."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    films: Count
    auc: Figure
    auc_change: Figure
    mean_change: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A finished model on labelled films.

    Attributes
    ----------
    bundle_sha256 : str
        The identity of what was measured; another one than the bundle's where it got parts since.
    films, patients : int
    refused : dict of str to int
        Films without an answer, by code.
    figures : dict of str to Figure
        By name, such as `auc`.
    openings : int or None
        How often the official test had been opened for this model; None for other films.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    date: Text
    command: Text
    bundle_sha256: Sha256
    films: Count
    patients: Count
    refused: Annotated[dict[str, Count], Rows]
    figures: Figures
    engine: Text
    confusion: Confusion | None = None
    zone: ZoneShares | None = None
    report: ClassReport | None = None
    predictive: Annotated[tuple[Predictive, ...], Rows] = ()
    kinds: Annotated[dict[str, KindFigures], Rows] = field(default_factory=dict)
    groups: Annotated[tuple[GroupFigures, ...], Rows] = ()
    forms: Annotated[tuple[FormFigures, ...], Rows] = ()
    shared_patients: SharedPatients | None = None
    shortcuts: Annotated[tuple[Shortcut, ...], Rows] = ()
    copies: Copies | None = None
    openings: Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Figures without intervals."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    accuracy: Share
    auc: Share
    films: Count
    ece: Share | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A network that was trained; one of them became the model."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    backbone: Text
    first_weights: Text
    best_epoch: Count
    validation: Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A model that taught this one."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    name: Text
    version: Text
    backbone: Text
    size: Count
    bundle_sha256: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrained:
    """Whether the winner was trained further, and on the validation films too."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    epochs: Count
    with_validation_films: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LungsFigure:
    """How well the lungs are found: Dice's coefficient on films left out."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    change: Text
    group: Text
    films: Count
    median: Share
    lowest: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFigure:
    """One row of the gate's table: what share of some pictures it refuses or warns of."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

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

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

    summary: Annotated[dict[str, Share], Rows]
    figures: Annotated[tuple[GateFigure, ...], Rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCheck:
    """One check of the heat map."""

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

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

    __pydantic_config__: ClassVar[ConfigDict] = _OPEN

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
