"""How it is trained: the tables `fit`, `retrain` and `distill`."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field

from cxr_app.strict_parsing import STRICT
from training.recipes.values import Amount, Count

__all__ = ["DistillRecipe", "DtypePolicy", "FitRecipe", "Monitor", "RetrainRecipe"]


class Monitor(StrEnum):
    """What of the validation films chooses the epoch and ends a training early."""

    AUC = "auc"
    ACCURACY = "accuracy"
    LOSS = "loss"


class DtypePolicy(StrEnum):
    """In what the layers compute; weights are float32 in all."""

    FLOAT32 = "float32"
    MIXED_BFLOAT16 = "mixed_bfloat16"
    MIXED_FLOAT16 = "mixed_float16"


# A value that nothing would look at is refused: its writer believes that it acts.
_BELONGS: Final = MappingProxyType(
    {
        "focal_gamma": ("loss", ("focal",)),
        "momentum": ("optimizer", ("sgd",)),
        "step_epochs": ("schedule", ("step",)),
        "plateau_patience": ("schedule", ("plateau",)),
        "step_factor": ("schedule", ("step", "plateau")),
    }
)


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
        Entry of `training.data.sampling.SAMPLERS`.
    balance_classes : bool
        Weigh films so that both classes count alike; of findings that do not exclude each other,
        each weighs as much more as it is rare.
    loss : str
        Entry of `training.learning.losses.LOSSES`.
    focal_gamma : float or None
        Of the loss "focal", 2 where it is not given.
    label_smoothing : float
        Share of the target that is spread over the classes.
    optimizer : str
        Entry of `training.learning.optimizers.OPTIMIZERS`.
    learning_rate, weight_decay, clip_norm : float
        Peak rate; decoupled decay; norm to which gradients are cut, 0 leaves them as they are.
    momentum : float or None
        Of the optimizer "sgd", 0.9 where it is not given.
    schedule : str
        Entry of `training.learning.schedules.SCHEDULES`.
    warmup_steps : int
        Of the schedule "cosine": steps from zero to the peak rate.
    step_epochs, plateau_patience : int or None
        Of the schedule "step": epochs between two reductions, 10 where it is not given. Of
        "plateau": epochs without a lower validation loss that are borne before one, 3.
    step_factor : float or None
        What both multiply the rate by at a reduction, 0.1 where it is not given.
    average : float
        Momentum of the running mean of all weights that is validated and kept; 0 keeps the weights
        themselves (Polyak and Juditsky 1992).
    precision : DtypePolicy
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
    focal_gamma: Annotated[float, Field(ge=0, le=10)] | None = None
    label_smoothing: Annotated[float, Field(ge=0, lt=0.5)] = 0.0
    optimizer: str = "adamw"
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    momentum: Annotated[float, Field(ge=0, lt=1)] | None = None
    weight_decay: Annotated[float, Field(ge=0, le=1)] = 0.0
    clip_norm: Annotated[float, Field(ge=0, le=1000)] = 1.0
    schedule: str = "cosine"
    warmup_steps: Annotated[int, Field(ge=0, le=100_000)] = 0
    step_epochs: Count | None = None
    plateau_patience: Count | None = None
    step_factor: Annotated[float, Field(gt=0, lt=1)] | None = None
    average: Annotated[float, Field(ge=0, lt=1)] = 0.0
    precision: DtypePolicy = DtypePolicy.FLOAT32
    views: Annotated[int, Field(ge=1, le=64)] | None = None

    def __post_init__(self) -> None:
        """Check what belongs together."""
        if self.warmup_steps and self.schedule != "cosine":
            raise ValueError("warmup_steps: belongs to schedule = 'cosine'")
        for key, (owner, names) in _BELONGS.items():
            if getattr(self, key) is not None and getattr(self, owner) not in names:
                raise ValueError(f"{key}: belongs to {owner} = '{names[0]}'")
        if self.sampler in ("over", "under") and self.balance_classes:
            raise ValueError(
                f"sampler: '{self.sampler}' balances already; it needs balance_classes = false"
            )


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
    """How a student is held to its teacher; see `training.learning.distillation`.

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
