"""How films are changed at random: the table `augment`."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from cxr_app.strict_parsing import STRICT
from training.recipes.values import Chance

__all__ = ["AugmentRecipe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentRecipe:
    """Random changes of a film, training only; zero switches one off."""

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
