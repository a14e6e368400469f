"""What is trained: the table `network`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from cxr_app.strict_parsing import STRICT
from training.recipes.names import HEAD_NAMES
from training.recipes.values import known

__all__ = ["Freeze", "NetworkRecipe"]


class Freeze(StrEnum):
    """What of the backbone stays as it was."""

    NONE = "none"
    EARLY = "early"
    ALL_BUT_LAST_BLOCK = "all-but-last-block"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRecipe:
    """The network of every candidate."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    head: str = "linear"
    size: Annotated[int, Field(ge=32, le=512)] = 224
    stride: Literal[16] | None = None
    freeze: Freeze = Freeze.NONE
    first_trained: str | dict[str, str] | None = None

    def __post_init__(self) -> None:
        """Check the name against the registry, and what belongs together."""
        known("head", self.head, HEAD_NAMES)
        if (self.freeze is Freeze.EARLY) != (self.first_trained is not None):
            raise ValueError("first_trained: belongs to freeze = 'early', and to nothing else")
        if self.first_trained is not None and not _are_named(self.first_trained):
            raise ValueError("first_trained: must name a layer, or one for each candidate listed")


def _are_named(layers: str | dict[str, str]) -> bool:
    return all(layers.values()) and bool(layers) if isinstance(layers, dict) else bool(layers)
