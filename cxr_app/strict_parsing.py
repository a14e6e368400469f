"""Strict reading of JSON-shaped data into frozen dataclasses."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar, get_args, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

__all__ = ["STRICT", "read_strictly"]

T = TypeVar("T")

# What pydantic adds to a path where a key takes one of several types.
TABLE: Final = "dict[str,str]"
ALTERNATIVES: Final = ("str", TABLE)

STRICT: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
"""For ``__pydantic_config__`` of a dataclass: a bool is no int, an unknown key is an error."""


def read_strictly(kind: type[T], value: object) -> T:
    """Make a frozen dataclass of plain data (what JSON or TOML parse to).

    Parameters
    ----------
    kind : type
        A dataclass whose ``__pydantic_config__`` is `STRICT`, as are those nested in it.
    value : object
        Mappings, lists, strings, numbers, booleans, None.

    Raises
    ------
    ValueError
        One sentence that names the key path, what was given and what is allowed.
    """
    try:
        text = json.dumps(value)
        # By way of JSON: there strict mode takes a list for a tuple and a text for an enum, as a
        # file's reader expects, and still no bool for an int.
        made: T = _adapter(kind).validate_json(text)  # type: ignore[arg-type]
        return made
    except ValidationError as error:
        raise ValueError(_sentence(kind, error)) from None
    except (TypeError, RecursionError) as error:
        raise ValueError("holds a value that is no text, number, list or table") from error


@lru_cache(maxsize=16)
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _sentence(kind: type, error: ValidationError) -> str:
    problem = _problem(error)
    path = ".".join(str(part) for part in problem["loc"] if part not in ALTERNATIVES)
    match problem["type"]:
        case "unexpected_keyword_argument" | "extra_forbidden":
            return f"{path}: unknown key{_suggestion(kind, problem['loc'])}"
        case "missing" | "missing_argument" | "missing_keyword_only_argument":
            return f"{path}: is missing"
        case "value_error":
            return f"{path + ': ' if path else ''}{problem['ctx']['error']}"
    wanted = problem["msg"].removeprefix("Input ").removeprefix("String ")
    return f"{path}: {wanted}, got {_short(problem['input'])}"


def _problem(error: ValidationError) -> Any:
    """Take the first problem; of a key that takes a text or a table, that of the table."""
    found = error.errors(include_url=False)
    where = len(found[0]["loc"]) - 1
    of_table = [one for one in found if one["loc"][where : where + 1] == (TABLE,)]
    return (of_table or found)[0] if found[0]["loc"][-1:] == ("str",) else found[0]


def _suggestion(kind: type, path: Sequence[int | str]) -> str:
    owner: Any = kind
    for part in path[:-1]:
        if isinstance(part, str) and is_dataclass(owner):
            owner = get_type_hints(owner).get(part)
        # An optional or repeated table: look at the dataclass within.
        inner = [entry for entry in get_args(owner) if is_dataclass(entry)]
        owner = inner[0] if inner else owner
    names = [entry.name for entry in fields(owner)] if is_dataclass(owner) else []
    close = difflib.get_close_matches(str(path[-1]), names, n=1)
    return f"; did you mean '{close[0]}'?" if close else f"; known are {', '.join(names)}"


def _short(value: object) -> str:
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
