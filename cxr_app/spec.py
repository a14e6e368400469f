"""`spec.json`, the description that every bundle carries, as frozen dataclasses; format 1 or 2."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field

from cxr_app.strict_parsing import STRICT, read_strictly

__all__ = [
    "FORMATS",
    "MAX_SPEC_BYTES",
    "NAME_PATTERN",
    "CalibrationFigures",
    "DataFacts",
    "DecisionSpec",
    "GateSpec",
    "InputSpec",
    "Interval",
    "LungsSpec",
    "NetworkSpec",
    "Population",
    "Spec",
    "StandardiseSpec",
    "Task",
    "TrainingFacts",
    "parse_spec",
    "spec_bytes",
]

FORMATS: Final = (1, 2)  # 2 adds the lungs; its gate rests on them
MAX_SPEC_BYTES: Final = 2**20

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, lt=2**53)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
NAME_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
Name = Annotated[str, Field(pattern=NAME_PATTERN)]


class Task(StrEnum):
    """What the logits mean."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    MULTILABEL = "multilabel"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardiseSpec:
    """How `imaging.standardise` cuts and stretches a film.

    Attributes
    ----------
    margin : float
        Added to the lungs' box on each side, as a share of the box.
    low, high : float
        Percentiles of the grey values in the box that become black and white.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    margin: Annotated[float, Field(ge=0, le=0.5)]
    low: Annotated[float, Field(ge=0, lt=50)]
    high: Annotated[float, Field(gt=50, le=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSpec:
    """The one input of the graph: shape and type of a film after `imaging.to_input`.

    Attributes
    ----------
    standardise : StandardiseSpec or None
        What is done to that input first; None: it is taken as it is.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    height: Count
    width: Count
    channels: Count
    dtype: str
    standardise: StandardiseSpec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSpec:
    """What the graph is.

    Attributes
    ----------
    backbone, head, pooling : str
        Names in the registries of `training`.
    size : int
        Side in pixels at which the backbone sees the film.
    stride : int or None
        Input pixels per cell of the last map, where they are not the backbone's usual.
    parameters, trainable : int
        Of the whole network; of those, how many were fitted.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    backbone: Text
    head: Text
    pooling: Text
    size: Count
    stride: Count | None = None
    parameters: Count
    trainable: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A share with its 95 % interval, all in 0..1."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    value: Share
    low: Share
    high: Share

    def __post_init__(self) -> None:
        """Check the order of the ends."""
        if self.low > self.high:
            raise ValueError("low: must not be above high")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationFigures:
    """Measured at the operating point, on the films that calibrated it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    sensitivity: Interval
    specificity: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSpec:
    """From logits to label: see `cxr_app.decision`.

    Attributes
    ----------
    temperature : float
        Divides the logits; above 0.
    bias : tuple of float
        Added to the divided logits, one for each label.
    threshold : float
        The last label is given from this calibrated probability on.
    zone : tuple of two floats
        Lowest and highest probability of "not sure"; holds the threshold.
    aim : str
        What the threshold was chosen for.
    measured : CalibrationFigures
    films : int
        Calibration films.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    temperature: Annotated[float, Field(ge=1e-6, le=1000)]
    bias: tuple[Annotated[float, Field(ge=-1000, le=1000)], ...]
    threshold: Annotated[float, Field(gt=0, lt=1)]
    zone: tuple[Share, Share]
    aim: Text
    measured: CalibrationFigures
    films: Count

    def __post_init__(self) -> None:
        """Check that the zone holds the threshold."""
        if not self.zone[0] <= self.threshold <= self.zone[1]:
            raise ValueError("zone: must hold the threshold")


@dataclass(frozen=True, slots=True, kw_only=True)
class LungsSpec:
    """The segmentation network.

    Attributes
    ----------
    side : int
        Pixels of a side of its map.
    films : int
        Fitted on.
    dice : dict of str to float
        Median of Dice's coefficient on films left out, by age group.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    side: Count
    films: Count
    dice: dict[str, Share]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSpec:
    """Which films the model was made for: files of the gate and its limits by name."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    files: tuple[Name, ...]
    limits: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Whose films the model was trained on."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    view: Text
    age_years: tuple[float, float] | None
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFacts:
    """The training films: name of the set, how many, SHA-256 of their sorted file hashes."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Text
    films: Count
    sha256: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFacts:
    """How the model was made."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    recipe: Text
    recipe_sha256: Sha256
    data: DataFacts
    seed: Count
    versions: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A bundle's description.

    Attributes
    ----------
    format : int
        Of the bundle, one of `FORMATS`.
    name, version, created : str
        The model's name, its version, and when it was made (ISO 8601, UTC).
    task : Task
    labels : tuple of str
        In the order of the logits; of a binary task the second is the one looked for.
    files : dict of str to str
        SHA-256 of every file of the model but this one.
    notice : str
        What must stand beside every number.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    format: Count
    name: Name
    version: Name
    created: Text
    task: Task
    labels: Annotated[tuple[Text, ...], Field(min_length=2, max_length=64)]
    input: InputSpec
    network: NetworkSpec
    decision: DecisionSpec
    gate: GateSpec | None
    lungs: LungsSpec | None = None
    population: Population
    training: TrainingFacts
    files: Annotated[dict[Name, Sha256], Field(min_length=1, max_length=64)]
    notice: Text

    def __post_init__(self) -> None:
        """Check what spans several fields."""
        if self.format == 1 and (self.lungs or self.input.standardise):
            raise ValueError("format: 1 has no lungs and standardises nothing")
        if self.format == 1 and self.network.stride is not None:
            raise ValueError("format: 1 has no network.stride")
        if self.format == 2 and self.lungs is None:
            raise ValueError("format: 2 needs lungs")
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("labels: each may stand once")
        if self.task is Task.BINARY and len(self.labels) != 2:
            raise ValueError(f"labels: a binary task has 2, got {len(self.labels)}")
        if len(self.decision.bias) != len(self.labels):
            raise ValueError(
                f"decision.bias: must have {len(self.labels)}, got {len(self.decision.bias)}"
            )


def parse_spec(data: bytes) -> Spec:
    """Read `spec.json`, strictly.

    Raises
    ------
    ValueError
        One sentence that names the key: unknown, missing, ill-typed or out of range.
    """
    try:
        return read_strictly(Spec, json.loads(data))
    except RecursionError:
        raise ValueError("is nested too deep") from None


def spec_bytes(spec: Spec) -> bytes:
    """Write `spec.json`: the bytes whose SHA-256 is the bundle's identity."""
    told = asdict(spec)
    if spec.lungs is None:  # keys that format 1 does not have
        del told["lungs"]
    if spec.network.stride is None:
        del told["network"]["stride"]
    if spec.input.standardise is None:
        del told["input"]["standardise"]
    return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
