"""What the operating point is chosen for: the table `decision`."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from cxr_app.strict_parsing import STRICT

__all__ = ["DecisionRecipe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecipe:
    """What the operating point is chosen for."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    sensitivity: Annotated[float, Field(gt=0.5, lt=1)] | None = None
