"""Values that files of a report are made of: checked for kind, range and length."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field

__all__ = ["OPEN", "Count", "Difference", "Figure", "Figures", "Rows", "Sha256", "Share", "Text"]

MAX_ROWS: Final = 2000

OPEN: Final = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)
"""For ``__pydantic_config__``: as `strict_parsing.STRICT`, but unknown keys are passed over."""

Share = Annotated[float, Field(ge=0, le=1)]
Difference = Annotated[float, Field(ge=-1, le=1)]
Count = Annotated[int, Field(ge=0, lt=2**53)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, Field(max_length=4000)]
Rows = Field(max_length=MAX_ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A share, or a difference of two, with its 95 % interval; None where there is no value."""

    __pydantic_config__: ClassVar[ConfigDict] = OPEN

    value: Difference | None
    low: Difference | None
    high: Difference | None

    def __post_init__(self) -> None:
        """Check the order of the ends."""
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low: must not be above high")


Figures = Annotated[dict[str, Figure], Rows]
