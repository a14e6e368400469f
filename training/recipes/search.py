"""What a search may vary: the tables `search`."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from cxr_app.strict_parsing import STRICT

__all__ = ["SearchRecipe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRecipe:
    """One key of the recipe, and what a search may set it to."""

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
