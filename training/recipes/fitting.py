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
    """How a candidate is trained."""

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
    """The winner's short continuation, after which no validation figure is taken."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    epochs: Annotated[int, Field(ge=0, le=1000)] = 0
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 1e-4
    add_validation: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DistillRecipe:
    """How a student is held to its teacher; see `training.learning.distillation`."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    side: Annotated[int, Field(ge=32, le=512)] = 256
    logits: Amount = 0.15
    direction: Amount = 2.0
    map: Amount = 0.5
