"""A recipe: TOML to frozen dataclasses. Recipes are data, never code."""

import hashlib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field

from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from cxr_app.strict import STRICT, read_strictly
from training.networks import BACKBONES
from training.recipe_tables import (
    AugmentRecipe,
    DataRecipe,
    DecisionRecipe,
    DistillRecipe,
    FitRecipe,
    Freeze,
    NetworkRecipe,
    PopulationRecipe,
    RetrainRecipe,
    known,
)

__all__ = [
    "AugmentRecipe",
    "DataRecipe",
    "DecisionRecipe",
    "DistillRecipe",
    "FitRecipe",
    "Freeze",
    "NetworkRecipe",
    "PopulationRecipe",
    "Recipe",
    "RetrainRecipe",
    "read_recipe",
]

MAX_RECIPE_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that defines a training run but the data's place and the first weights.

    Attributes
    ----------
    name : str
        Of the recipe.
    seed : int
        Of the split, the first weights, the order and the augmentation.
    candidates : tuple of str
        Backbones to train, entries of `training.networks.BACKBONES`; the best one wins.
    distill : DistillRecipe or None
        Given, the candidates learn from a teacher's answers instead of from labels.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    candidates: Annotated[tuple[str, ...], Field(min_length=1)]
    data: DataRecipe = field(default_factory=DataRecipe)
    population: PopulationRecipe = field(default_factory=PopulationRecipe)
    network: NetworkRecipe = field(default_factory=NetworkRecipe)
    fit: FitRecipe
    augment: AugmentRecipe = field(default_factory=AugmentRecipe)
    retrain: RetrainRecipe = field(default_factory=RetrainRecipe)
    distill: DistillRecipe | None = None
    decision: DecisionRecipe = field(default_factory=DecisionRecipe)

    def __post_init__(self) -> None:
        """Check the candidates against the registry."""
        for name in self.candidates:
            known("candidates", name, list(BACKBONES))
        if len(set(self.candidates)) != len(self.candidates):
            raise ValueError("candidates: each may stand once")
        if self.distill is None:
            return
        if self.network.freeze is Freeze.ALL:
            raise ValueError("distill: a student is trained whole; freeze = 'all' trains a head")
        if self.fit.balance_classes or self.fit.label_smoothing:
            raise ValueError(
                "distill: a student does not look at labels; it needs fit.balance_classes = false "
                "and no fit.label_smoothing"
            )
        if self.distill.side < self.network.size:
            raise ValueError("distill.side: must not be smaller than network.size")

    @property
    def side(self) -> int:
        """Side in pixels at which films are prepared and changed."""
        return self.distill.side if self.distill else self.network.size


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
            Code.RECIPE_INVALID, file=path.name, reason="there is no such file"
        ) from error
    try:
        if len(data) > MAX_RECIPE_BYTES:
            raise ValueError("is larger than 256 KiB")
        recipe = read_strictly(Recipe, tomllib.loads(data.decode("utf-8")))
    except (ValueError, RecursionError) as error:
        # UnicodeDecodeError and TOMLDecodeError are ValueErrors; their text names line and column.
        raise TrainingError(Code.RECIPE_INVALID, file=path.name, reason=str(error)) from error
    return recipe, hashlib.sha256(data).hexdigest()
