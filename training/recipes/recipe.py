"""A recipe: TOML to frozen dataclasses (every key: docs/guide/recipe-keys.md); data, never code."""

import hashlib
import tomllib
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field

from cxr_app.spec import StandardiseSpec, Task
from cxr_app.strict_parsing import STRICT, read_strictly
from training.errors import TrainingCode, TrainingError
from training.recipes.augmentation import AugmentRecipe
from training.recipes.data import AlsoRecipe, DataRecipe, PopulationRecipe
from training.recipes.decision import DecisionRecipe
from training.recipes.fitting import DistillRecipe, DtypePolicy, FitRecipe, RetrainRecipe
from training.recipes.names import (
    BACKBONE_NAMES,
    FINER_NAMES,
    LOSS_NAMES,
    MEAN_HEADS,
    OPTIMIZER_NAMES,
    SAMPLER_NAMES,
    SCHEDULE_NAMES,
    VGG16_HEAD,
)
from training.recipes.network import Freeze, NetworkRecipe
from training.recipes.search import SearchRecipe
from training.recipes.values import Text, known

__all__ = ["Recipe", "read_recipe"]

VGG16_SIZE: Final = 224  # the only one that its own large layers fit
MAX_RECIPE_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that defines a training run but the data's place and the first weights."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    candidates: Annotated[tuple[str, ...], Field(min_length=1)]
    data: DataRecipe = field(default_factory=DataRecipe)
    also: AlsoRecipe | None = None
    population: PopulationRecipe = field(default_factory=PopulationRecipe)
    standardise: StandardiseSpec | None = None
    network: NetworkRecipe = field(default_factory=NetworkRecipe)
    fit: FitRecipe
    augment: AugmentRecipe = field(default_factory=AugmentRecipe)
    retrain: RetrainRecipe = field(default_factory=RetrainRecipe)
    distill: DistillRecipe | None = None
    decision: DecisionRecipe = field(default_factory=DecisionRecipe)
    search: tuple[SearchRecipe, ...] = ()
    ours: tuple[str, ...] = ()
    seed_said: dict[str, Text] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check names against the registries, and what spans several tables."""
        for name in self.candidates:
            known("candidates", name, BACKBONE_NAMES)
        if len(set(self.candidates)) != len(self.candidates):
            raise ValueError("candidates: each may stand once")
        known("fit.loss", self.fit.loss, LOSS_NAMES)
        known("fit.sampler", self.fit.sampler, SAMPLER_NAMES)
        known("fit.optimizer", self.fit.optimizer, OPTIMIZER_NAMES)
        known("fit.schedule", self.fit.schedule, SCHEDULE_NAMES)
        if self.data.task is Task.MULTILABEL and self.decision.sensitivity is not None:
            raise ValueError("decision.sensitivity: belongs to two classes")
        if self.also is not None:
            if self.data.task is not Task.BINARY:
                raise ValueError("also: belongs to two classes that exclude each other")
            for label in self.also.only:
                known("also.only", label, self.data.labels)
        for key in (*self.ours, *(space.key for space in self.search)):
            _check_key(self, key)
        self._check_network()
        self._check_frozen()
        self._check_distillation()

    def _check_network(self) -> None:
        if isinstance(self.network.first_trained, dict):
            for name in self.network.first_trained:
                known("network.first_trained", name, self.candidates)
        if self.network.stride and not set(self.candidates) <= set(FINER_NAMES):
            raise ValueError(f"network.stride: belongs to {', '.join(FINER_NAMES)}")

    def _check_frozen(self) -> None:
        if self.network.head == VGG16_HEAD and self.candidates != ("vgg16",):
            raise ValueError(f"network.head: '{self.network.head}' belongs to vgg16 alone")
        if self.network.head == VGG16_HEAD and self.network.size != VGG16_SIZE:
            raise ValueError(f"network.size: head = '{self.network.head}' needs {VGG16_SIZE}")
        if self.network.freeze in (Freeze.ALL, Freeze.ALL_BUT_LAST_BLOCK):
            if self.fit.precision is not DtypePolicy.FLOAT32:
                raise ValueError("fit.precision: belongs to networks that are trained whole")
        elif self.fit.views is not None:
            raise ValueError("fit.views: belongs to network.freeze = 'all' or 'all-but-last-block'")

    def _check_distillation(self) -> None:
        if self.distill is None:
            return
        if self.data.task is not Task.BINARY:
            raise ValueError("distill: a teacher answers with two classes")
        if self.network.freeze in (Freeze.ALL, Freeze.ALL_BUT_LAST_BLOCK):
            raise ValueError(
                f"distill: a student is trained whole, not with freeze = '{self.network.freeze}'"
            )
        if self.fit.balance_classes or self.fit.label_smoothing:
            raise ValueError(
                "distill: a student does not look at labels; it needs fit.balance_classes = false "
                "and no fit.label_smoothing"
            )
        if self.fit.precision is DtypePolicy.MIXED_FLOAT16 or self.fit.sampler != "every-film":
            raise ValueError(
                "distill: needs fit.sampler = 'every-film', and no fit.precision = 'mixed_float16'"
            )
        if self.network.head not in MEAN_HEADS:
            raise ValueError("distill: belongs to heads that pool by the mean")
        if self.distill.side < self.network.size:
            raise ValueError("distill.side: must not be smaller than network.size")

    @property
    def side(self) -> int:
        """Side in pixels at which films are prepared and changed."""
        return self.distill.side if self.distill else self.network.size


def _check_key(recipe: Recipe, key: str) -> None:
    """Refuse a key path that leads to no value of the recipe."""
    owner: object = recipe
    for name in key.split("."):
        known(key, name, [entry.name for entry in fields(owner)] if is_dataclass(owner) else [])
        owner = getattr(owner, name)


def read_recipe(path: Path) -> tuple[Recipe, str]:
    """Read a recipe.

    Parameters
    ----------
    path : Path
        A TOML file of at most 256 KiB.

    Returns
    -------
    Recipe
    str
        SHA-256 of the file's bytes, in hexadecimal.

    Raises
    ------
    TrainingError
        `recipe_invalid`, naming the key, what was given and what is allowed.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TrainingError(
            TrainingCode.RECIPE_INVALID, file=path.name, reason="there is no such file"
        ) from error
    try:
        if len(data) > MAX_RECIPE_BYTES:
            raise ValueError("is larger than 256 KiB")
        recipe = read_strictly(Recipe, tomllib.loads(data.decode("utf-8")))
    except RecursionError as error:
        reason = "is nested too deep; a recipe has tables of keys and lists, no more"
        raise TrainingError(TrainingCode.RECIPE_INVALID, file=path.name, reason=reason) from error
    except ValueError as error:
        # UnicodeDecodeError and TOMLDecodeError are ValueErrors; their text names line and column.
        raise TrainingError(
            TrainingCode.RECIPE_INVALID, file=path.name, reason=str(error)
        ) from error
    return recipe, hashlib.sha256(data).hexdigest()
