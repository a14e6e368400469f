"""A finished model on labelled films, as `metrics.json` tells it."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from pydantic import ConfigDict

from cxr_app.report.values import (
    OPEN,
    Count,
    Difference,
    Figure,
    Figures,
    Rows,
    Sha256,
    Share,
    Text,
)

__all__ = [
    "Change",
    "ClassFigures",
    "ClassReport",
    "Confusion",
    "Copies",
    "Evaluation",
    "FormFigures",
    "GroupFigures",
    "KindFigures",
    "Predictive",
    "SharedPatients",
    "Shortcut",
    "ZoneShares",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Films by what they are and what was said; positive is the class that is looked for."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    true_positive: Count
    false_negative: Count
    false_positive: Count
    true_negative: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneShares:
    """Share of films in the indeterminate zone, and share of the others that are right."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    share_inside: Share
    right_outside: Share | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictive:
    """What an answer is worth at a prevalence."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    prevalence: Share
    ppv: Figure
    npv: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    """One class in the report of classes."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    label: Text
    support: Count
    intervals: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassReport:
    """Precision, recall and F1 of each class at the threshold."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    classes: Annotated[tuple[ClassFigures, ...], Rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFigures:
    """Films of one kind of infection, against all films of the other class."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    films: Count
    auc: Figure
    sensitivity: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """Films of one group, such as a sex; without figures where there are too few."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    group: Text
    value: Text
    films: Count
    with_label: Count
    figures: Figures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Mean change of the probability on films that have the label, and on the others."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

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

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

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

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    films_left_out: Count
    figures_without: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """How well a number that says nothing about the lungs tells the classes apart by itself."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    name: Text
    auc: Figure
    higher_in: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Answers on larger copies of the same films."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

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

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

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
