"""The tables of a recipe, each a frozen dataclass that checks itself."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from cxr_app.spec import Task
from cxr_app.strict import STRICT
from training.heads import HEADS
from training.sources import FINDINGS, SOURCES

__all__ = [
    "AlsoRecipe",
    "AugmentRecipe",
    "DataRecipe",
    "DecisionRecipe",
    "DistillRecipe",
    "FitRecipe",
    "Freeze",
    "Monitor",
    "NetworkRecipe",
    "PopulationRecipe",
    "Precision",
    "RetrainRecipe",
    "SearchRecipe",
    "Text",
    "known",
]

Share = Annotated[float, Field(gt=0, lt=1)]
Chance = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Count = Annotated[int, Field(ge=1, le=100_000)]


class Freeze(StrEnum):
    """What of the backbone stays as it was."""

    NONE = "none"
    EARLY = "early"
    ALL_BUT_LAST_BLOCK = "all-but-last-block"
    ALL = "all"


class Monitor(StrEnum):
    """What of the validation films chooses the epoch and ends a training early."""

    AUC = "auc"
    ACCURACY = "accuracy"
    LOSS = "loss"


class Precision(StrEnum):
    """In what the layers compute; weights are float32 in all."""

    FLOAT32 = "float32"
    MIXED_BFLOAT16 = "mixed_bfloat16"
    MIXED_FLOAT16 = "mixed_float16"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRecipe:
    """Where films come from, what they are called, and how they are split.

    Attributes
    ----------
    name : str
        Of the data set, for the bundle and its card.
    source : str
        Entry of `training.sources.SOURCES`; it also says whether labels exclude each other.
    labels : tuple of str
        In the order of the logits; of two classes the last is the one that is looked for.
    left_out : tuple of str
        A film with one of these findings is left out.
    normals_per_case : float or None
        Given, films of the first class are left out at random until there are at most so many for
        each of the second.
    fit, validation, calibration : float
        Shares of the films, by patient; they sum to 1.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Text = "own films"
    source: str = "class-folders"
    labels: Annotated[tuple[Text, ...], Field(min_length=2, max_length=64)] = (
        "NORMAL",
        "PNEUMONIA",
    )
    left_out: tuple[str, ...] = ()
    normals_per_case: Annotated[float, Field(gt=0, le=1000)] | None = None
    fit: Share = 0.8
    validation: Share = 0.1
    calibration: Share = 0.1

    def __post_init__(self) -> None:
        """Check that the shares are a whole, and that labels and source fit each other."""
        known("source", self.source, SOURCES)
        if abs(self.fit + self.validation + self.calibration - 1) > 1e-9:
            raise ValueError("fit, validation and calibration must sum to 1")
        if len({label.lower() for label in self.labels}) < len(self.labels):
            raise ValueError("labels: must differ")
        if self.task is Task.BINARY:
            if len(self.labels) != 2:
                raise ValueError(f"labels: {self.source} has two, got {len(self.labels)}")
            if self.left_out:
                raise ValueError("left_out: belongs to source = 'nih-findings'")
            return
        if self.normals_per_case is not None:
            raise ValueError("normals_per_case: belongs to two classes that exclude each other")
        for key in ("labels", "left_out"):
            for finding in getattr(self, key):
                known(key, finding, FINDINGS)
        if set(self.labels) & set(self.left_out):
            raise ValueError("left_out: must not hold a label")

    @property
    def task(self) -> Task:
        """What the labels mean."""
        return SOURCES[self.source].task


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoRecipe:
    """Films of a second archive that are fitted too; they never choose, calibrate or measure.

    Attributes
    ----------
    name : str
        Of that data set, for the card.
    source : str
        Entry of `training.sources.SOURCES`, of two classes that exclude each other.
    only : tuple of str
        Labels whose films are taken; empty takes both.
    weight : float
        How much each of its films counts beside one of the first archive.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Text
    source: str
    only: tuple[Text, ...] = ()
    weight: Annotated[float, Field(gt=0, le=100)] = 1.0

    def __post_init__(self) -> None:
        """Check that its labels can be those of the first archive."""
        known("source", self.source, SOURCES)
        if SOURCES[self.source].task is not Task.BINARY:
            raise ValueError("source: must have two classes that exclude each other")


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationRecipe:
    """Whose films these are; it goes into the bundle, and the notice beside every number.

    Attributes
    ----------
    view, source : str
        Which films, and from where.
    age_years : tuple of two floats, or None
        Youngest and oldest.
    notice : str
        What stands beside every number.
    limits : tuple of str
        What is known of these films that a reader of the card must know.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    view: Text = "front"
    age_years: tuple[float, float] | None = None
    source: Text = "not stated"
    notice: Annotated[str, Field(min_length=20, max_length=500)] = (
        "Research and education only, not a medical device, not for diagnosis."
    )
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRecipe:
    """The network of every candidate.

    Attributes
    ----------
    head : str
        Entry of `training.heads.HEADS`.
    size : int
        Side in pixels at which the backbone sees the film.
    freeze : Freeze
        `all` trains the head alone; `all-but-last-block` the backbone's last block too; `early`
        leaves all layers before `first_trained` as they were. What is frozen has its batch-norm in
        inference mode.
    first_trained : str or None
        A layer's name; given with `early` and only then.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    head: str = "linear"
    size: Annotated[int, Field(ge=32, le=512)] = 224
    freeze: Freeze = Freeze.NONE
    first_trained: str | None = None

    def __post_init__(self) -> None:
        """Check the name against the registry, and what belongs together."""
        known("head", self.head, HEADS)
        if (self.freeze is Freeze.EARLY) != (self.first_trained is not None):
            raise ValueError("first_trained: belongs to freeze = 'early', and to nothing else")


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRecipe:
    """How a candidate is trained.

    Attributes
    ----------
    epochs, batch : int
        Passes over the fit films; films of a step.
    patience : int
        Epochs without a better validation before training ends; the best one's weights are kept.
    monitor : Monitor
        What "better" means.
    sampler : str
        Entry of `training.samplers.SAMPLERS`.
    balance_classes : bool
        Weigh films so that both classes count alike; of findings that do not exclude each other,
        each weighs as much more as it is rare.
    loss : str
        Entry of `training.losses.LOSSES`.
    focal_gamma : float
        Of the loss "focal".
    label_smoothing : float
        Share of the target that is spread over the classes.
    optimizer : str
        Entry of `training.optimizers.OPTIMIZERS`.
    learning_rate, momentum, weight_decay, clip_norm : float
        Peak rate; of the optimizer "sgd"; decoupled decay; norm to which gradients are cut, 0
        leaves them as they are.
    schedule : str
        Entry of `training.schedules.SCHEDULES`.
    warmup_steps : int
        Of the schedule "cosine": steps from zero to the peak rate.
    step_epochs, plateau_patience : int
        Of the schedule "step": epochs between two reductions. Of "plateau": epochs without a lower
        validation loss that are borne before one.
    step_factor : float
        What the rate is multiplied by at a reduction.
    average : float
        Momentum of the running mean of all weights that is validated and kept; 0 keeps the weights
        themselves (Polyak and Juditsky 1992).
    precision : Precision
        Of training; a bundle computes in float32.
    views : int or None
        Of each film, how many changed views the frozen layers see; what they make of them is
        computed once. None shows changed films anew in every step, which runs the frozen layers
        every time; where nothing is changed and something is frozen it means 1.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    epochs: Count
    batch: Count = 32
    patience: Count = 3
    monitor: Monitor = Monitor.AUC
    sampler: str = "every-film"
    balance_classes: bool = True
    loss: str = "cross-entropy"
    focal_gamma: Annotated[float, Field(ge=0, le=10)] = 2.0
    label_smoothing: Annotated[float, Field(ge=0, lt=0.5)] = 0.0
    optimizer: str = "adamw"
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9
    weight_decay: Annotated[float, Field(ge=0, le=1)] = 0.0
    clip_norm: Annotated[float, Field(ge=0, le=1000)] = 1.0
    schedule: str = "cosine"
    warmup_steps: Annotated[int, Field(ge=0, le=100_000)] = 0
    step_epochs: Count = 10
    plateau_patience: Count = 3
    step_factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    average: Annotated[float, Field(ge=0, lt=1)] = 0.0
    precision: Precision = Precision.FLOAT32
    views: Annotated[int, Field(ge=1, le=64)] | None = None

    def __post_init__(self) -> None:
        """Check what belongs together."""
        if self.warmup_steps and self.schedule != "cosine":
            raise ValueError("warmup_steps: belongs to schedule = 'cosine'")


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentRecipe:
    """Random changes of a film, training only; zero switches one off.

    Attributes
    ----------
    rotation_degrees, shift : float
        Largest turn; largest shift as a share of the side.
    scale, aspect, gamma, contrast : float
        Largest change as a natural logarithm: 0.4 is a factor from 1/1.49 to 1.49.
    brightness, noise : float
        Largest offset; largest standard deviation, both as a share of the grey range.
    flip, crop, border, soften, sharpen, jpeg, erase, marker : float
        Chance of a mirrored film; of up to an eighth cut off each side; of up to an eighth painted
        over at each side; of shrinking and enlarging; of an unsharp mask; of a JPEG round trip; of
        one box painted over; of a bright side marker near an edge.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    rotation_degrees: Annotated[float, Field(ge=0, le=180)] = 0.0
    shift: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    scale: Annotated[float, Field(ge=0, le=1)] = 0.0
    aspect: Annotated[float, Field(ge=0, le=1)] = 0.0
    gamma: Annotated[float, Field(ge=0, le=1)] = 0.0
    contrast: Annotated[float, Field(ge=0, le=1)] = 0.0
    brightness: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    noise: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    flip: Chance = 0.0
    crop: Chance = 0.0
    border: Chance = 0.0
    soften: Chance = 0.0
    sharpen: Chance = 0.0
    jpeg: Chance = 0.0
    erase: Chance = 0.0
    marker: Chance = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainRecipe:
    """The winner's short continuation, after which no validation figure is taken.

    Attributes
    ----------
    epochs : int
        0 leaves the winner as it was chosen.
    learning_rate : float
        Peak rate of the continuation.
    add_validation : bool
        Whether the validation films join the fit films; the calibration films never do.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    epochs: Annotated[int, Field(ge=0, le=1000)] = 0
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 1e-4
    add_validation: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DistillRecipe:
    """How a student is held to its teacher; see `training.distill`.

    Attributes
    ----------
    side : int
        Of the view that both see, in pixels; each reduces it to its own size.
    logits, direction, map : float
        Weight, beside the 1 of the probability's cross-entropy, of the squared difference of the
        margins, of one minus the cosine between the maps' cells, and of their mean squared
        difference.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    side: Annotated[int, Field(ge=32, le=512)] = 256
    logits: Amount = 0.15
    direction: Amount = 2.0
    map: Amount = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRecipe:
    """One key of the recipe, and what a search may set it to.

    Attributes
    ----------
    key : str
        "fit.learning_rate".
    low, high : float or None
        Ends of a range; whole numbers where the key takes whole numbers.
    is_log : bool
        Draw evenly in the logarithm.
    choices : tuple
        Instead of a range.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    key: Annotated[str, Field(pattern=r"^(fit|network|augment)\.[a-z_]{1,40}$")]
    low: float | None = None
    high: float | None = None
    is_log: bool = False
    choices: tuple[str | float | int | bool, ...] = ()

    def __post_init__(self) -> None:
        """Check that there is a range or choices, and not both."""
        if (self.low is None) != (self.high is None) or (self.low is None) == (not self.choices):
            raise ValueError(f"{self.key}: give low and high, or choices")
        if self.low is not None and self.high is not None:
            if self.low >= self.high:
                raise ValueError(f"{self.key}: low must be below high")
            if self.is_log and self.low <= 0:
                raise ValueError(f"{self.key}: a logarithm needs low above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecipe:
    """What the operating point is chosen for.

    Attributes
    ----------
    sensitivity : float or None
        None labels by the more probable class; a number moves the threshold until that share of
        the calibration films of the looked-for class lies above it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    sensitivity: Annotated[float, Field(gt=0.5, lt=1)] | None = None


def known(key: str, name: str, choices: Iterable[str]) -> None:
    """Refuse a name that is not among the choices, and name the nearest."""
    names = list(choices)
    if name in names:
        return
    shown = name if len(name) <= 60 else name[:57] + "..."
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean '{close[0]}'?" if close else f"; known are {', '.join(names)}"
    raise ValueError(f"{key}: '{shown}' is not known{hint}")
