"""What several tables of a recipe are made of: kinds of numbers, and names in a registry."""

import difflib
from collections.abc import Iterable
from typing import Annotated, TypeAlias

from pydantic import Field

__all__ = ["Amount", "Chance", "Count", "Share", "Text", "known"]

Share: TypeAlias = Annotated[float, Field(gt=0, lt=1)]
Chance: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Amount: TypeAlias = Annotated[float, Field(ge=0)]
Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=4000)]
Count: TypeAlias = Annotated[int, Field(ge=1, le=100_000)]


def known(key: str, name: str, choices: Iterable[str]) -> None:
    """Refuse a name that is not among the choices, and name the nearest."""
    names = list(choices)
    if name in names:
        return
    shown = name if len(name) <= 60 else name[:57] + "..."
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean '{close[0]}'?" if close else f"; known are {', '.join(names)}"
    raise ValueError(f"{key}: '{shown}' is not known{hint}")
