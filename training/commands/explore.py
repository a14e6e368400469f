"""python -m training explore: look at a data set before anything is trained on it."""

import argparse
from typing import Any

from training.commands.training_options import add_path, add_verb, shown_path

__all__ = ["add", "run"]


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = add_verb(
        verbs,
        "explore",
        short="count, chart and audit a data set: one HTML report",
        long="Count, chart and audit a data set as a recipe reads and splits it: classes, image "
        "sizes, duplicates, patients shared between parts, and how well the size or border of an "
        "image alone predicts the label. The report shows films; protect it as you protect them.",
    )
    add_path(verb, "--data", "the films")
    add_path(verb, "--recipe", "how to read and split them, a TOML file", kind="FILE")
    add_path(
        verb,
        "--output",
        "a new folder for the report, apart from the films, and outside the repository or below "
        "its runs/",
    )
    verb.add_argument("--replace", action="store_true", help="write over an earlier report")
    return verb


def run(options: argparse.Namespace) -> None:
    """Explore, and print where the report lies."""
    from training.audit import AuditRequest, explore
    from training.recipes.recipe import read_recipe

    words = ["python -m training explore --data DIR --recipe", shown_path(options.recipe)]
    request = AuditRequest(
        data=options.data,
        recipe=read_recipe(options.recipe)[0],
        output=options.output,
        is_replacing=options.replace,
        command=" ".join([*words, "--output", shown_path(options.output)]),
    )
    print(explore(request))
