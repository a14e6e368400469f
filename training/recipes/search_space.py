"""The space of a search: keys of a recipe, and the values that each may have."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, get_args, get_type_hints

from cxr_app.strict_parsing import read_strictly
from training.errors import TrainingCode, TrainingError
from training.recipes.recipe import Recipe
from training.recipes.search import SearchRecipe

__all__ = ["Value", "as_toml", "changed", "check_space", "draw"]

Value = str | float | int | bool


def changed(recipe: Recipe, values: Mapping[str, Value]) -> Recipe:
    """Set keys of a recipe, and check it as if it had been read from a file.

    Parameters
    ----------
    recipe : Recipe
    values : mapping of str to value
        By key path, "fit.learning_rate".

    Raises
    ------
    ValueError
        Names the key, what was given and what is allowed.
    """
    tables = asdict(recipe)
    for key, value in values.items():
        table, name = key.split(".")
        tables[table][name] = value
    return read_strictly(Recipe, tables)


def as_toml(values: Mapping[str, Value]) -> str:
    """Write values as the tables of a recipe."""
    tables: dict[str, list[str]] = {}
    for key, value in sorted(values.items()):
        table, name = key.split(".")
        # A text, a number or a truth value is written in TOML as it is in JSON.
        tables.setdefault(table, []).append(f"{name} = {json.dumps(value)}")
    return "\n".join("\n".join([f"[{table}]", *lines, ""]) for table, lines in tables.items())


def check_space(recipe: Recipe) -> None:
    """Refuse, before hours pass, a space with a value that the recipe could not take.

    Every choice and both ends of every range must suit the recipe as it stands.

    Raises
    ------
    TrainingError
        `recipe_invalid`, naming the key.
    """
    if not recipe.search:
        raise _invalid(
            recipe,
            "declares nothing to search; write for each key a table like "
            '[[search]] key = "fit.learning_rate", low = 1e-5, high = 1e-2, is_log = true, '
            "or with choices = [...] instead of low and high",
        )
    keys = [space.key for space in recipe.search]
    if len(set(keys)) < len(keys):
        raise _invalid(recipe, "search: each key may stand once")
    if "fit.monitor" in keys:
        raise _invalid(recipe, "search: fit.monitor judges the trials, so it stays as it is")
    for space in recipe.search:
        is_whole = _takes_whole_numbers(recipe, space)
        for given in space.choices or (space.low, space.high):
            value = given
            if is_whole and isinstance(given, float):
                if not given.is_integer():
                    raise _invalid(recipe, f"search: {space.key} takes whole numbers, not {given}")
                value = int(given)
            try:
                changed(recipe, {space.key: value})  # type: ignore[dict-item]  # never None here
            except ValueError as error:
                raise _invalid(recipe, f"search: {error}") from error


def draw(asked: Any, space: SearchRecipe, recipe: Recipe) -> Value:
    """Let a trial of Optuna draw the value of one key; whole numbers stay whole."""
    drawn: Value
    if space.choices:
        drawn = asked.suggest_categorical(space.key, space.choices)
    elif _takes_whole_numbers(recipe, space):
        low, high = int(space.low or 0), int(space.high or 0)
        drawn = asked.suggest_int(space.key, low, high, log=space.is_log)
    else:
        drawn = asked.suggest_float(space.key, space.low, space.high, log=space.is_log)
    return drawn


def _takes_whole_numbers(recipe: Recipe, space: SearchRecipe) -> bool:
    table, name = space.key.split(".")
    kind = get_type_hints(type(getattr(recipe, table)))[name]
    return int in (kind, *get_args(kind))


def _invalid(recipe: Recipe, reason: str) -> TrainingError:
    return TrainingError(TrainingCode.RECIPE_INVALID, file=recipe.name, reason=reason)
