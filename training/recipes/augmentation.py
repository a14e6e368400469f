"""How films are changed at random: the table `augment`."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from cxr_app.strict_parsing import STRICT
from training.recipes.values import Chance

__all__ = ["AugmentRecipe"]


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
