"""The tables of a recipe, each a frozen dataclass that checks itself."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from cxr_app.strict import STRICT
from training.heads import HEADS

__all__ = [
    "AugmentRecipe",
    "DataRecipe",
    "DecisionRecipe",
    "DistillRecipe",
    "FitRecipe",
    "Freeze",
    "NetworkRecipe",
    "PopulationRecipe",
    "RetrainRecipe",
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
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRecipe:
    """Labels and shares of the split.

    Attributes
    ----------
    name : str
        Of the data set, for the bundle and its card.
    labels : tuple of str
        Class names in the order of the logits; the last is the one that is looked for.
    fit, validation, calibration : float
        Shares of the films, by patient; they sum to 1.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Text = "own films"
    labels: tuple[Text, Text] = ("NORMAL", "PNEUMONIA")
    fit: Share = 0.8
    validation: Share = 0.1
    calibration: Share = 0.1

    def __post_init__(self) -> None:
        """Check that the shares are a whole and the labels two."""
        if abs(self.fit + self.validation + self.calibration - 1) > 1e-9:
            raise ValueError("fit, validation and calibration must sum to 1")
        if self.labels[0].lower() == self.labels[1].lower():
            raise ValueError("labels: must differ")


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
        `all` trains the head alone, on features that are computed once; `early` leaves all layers
        before `first_trained` as they were, batch-norm in inference mode.
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
        known("head", self.head, list(HEADS))
        if (self.freeze is Freeze.EARLY) != (self.first_trained is not None):
            raise ValueError("first_trained: belongs to freeze = 'early', and to nothing else")


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRecipe:
    """How a candidate is trained: AdamW, warm-up, then cosine to zero.

    Attributes
    ----------
    epochs, batch : int
        Passes over the fit films; films of a step.
    patience : int
        Epochs without a better validation before training ends.
    learning_rate, weight_decay, clip_norm : float
        Peak rate; decoupled decay (Loshchilov and Hutter 2019); norm to which gradients are cut.
    warmup_steps : int
        Steps from zero to the peak rate.
    label_smoothing : float
        Share of the target that is spread over the classes.
    average : float
        Momentum of the running mean of all weights that is validated and kept; 0 keeps the weights
        themselves (Polyak and Juditsky 1992).
    balance_classes : bool
        Weigh films so that both classes count alike.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    epochs: Count
    batch: Count = 32
    patience: Count = 3
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    weight_decay: Amount = 0.0
    clip_norm: Annotated[float, Field(gt=0)] = 1.0
    warmup_steps: Annotated[int, Field(ge=0, le=100_000)] = 0
    label_smoothing: Annotated[float, Field(ge=0, lt=0.5)] = 0.0
    average: Annotated[float, Field(ge=0, lt=1)] = 0.0
    balance_classes: bool = True


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


def known(key: str, name: str, choices: list[str]) -> None:
    """Refuse a name that is not among the choices."""
    if name not in choices:
        raise ValueError(f"{key}: '{name}' is not known; known are {', '.join(choices)}")
