"""Published lists of what a report should say, and our answer to each item."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field

from cxr_app.strict_parsing import STRICT, read_strictly

__all__ = ["CLAIM", "TRIPOD_AI", "Checklist", "Item", "State", "read_checklist"]

FOLDER: Final = Path(__file__).parent
CLAIM: Final = "claim-2020"
TRIPOD_AI: Final = "tripod-ai-2024"

Text = Annotated[str, Field(min_length=1, max_length=1000)]


class State(StrEnum):
    """How far an item is answered."""

    DONE = "done"
    PARTLY = "partly"
    NOT_DONE = "not done"
    NOT_APPLICABLE = "does not apply"
    TEXT_NOT_SEEN = "text not seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item.

    Attributes
    ----------
    number : str
        As published.
    asks : str
        What is asked for, in our words.
    state : State
    answer : str
        In our words, and where to find more.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    number: Annotated[str, Field(pattern=r"^[1-9][0-9]?[a-z]?$")]
    asks: Text
    state: State
    answer: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """One published list.

    Attributes
    ----------
    name : str
    source : str
        Where it was published.
    data_sha256 : str
        Of the training films of the models that the answers are about.
    items : tuple of Item
        In the published order.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Text
    source: Text
    data_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    items: tuple[Item, ...]


@cache
def read_checklist(name: str) -> Checklist:
    """Read `CLAIM` or `TRIPOD_AI`."""
    text = (FOLDER / f"{name}.toml").read_text("utf-8")
    return read_strictly(Checklist, tomllib.loads(text))
