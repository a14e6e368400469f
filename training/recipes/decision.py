"""What the operating point is chosen for: the table `decision`."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from cxr_app.strict_parsing import STRICT

__all__ = ["DecisionRecipe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecipe:
    """What the operating point is chosen for.

    Attributes
    ----------
    sensitivity : float or None
        None labels by the more probable class; a number moves the threshold until that share of
        the calibration films of the looked-for class lies above it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    sensitivity: Annotated[float, Field(gt=0.5, lt=1)] | None = None
