"""python -m training explore: look at a data set before anything is trained on it."""

import argparse
from pathlib import Path
from typing import Any

from training.commands.training_options import shown_path

__all__ = ["add", "run"]


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = verbs.add_parser(
        "explore",
        help="count, draw and audit a data set: one report in HTML",
        description="Count, draw and audit a data set as a recipe reads and splits it: classes, "
        "sizes, twins, shared patients, and what a picture's size or border alone tells. The "
        "report holds pictures of the films; keep it as you keep them.",
    )
    verb.add_argument("--data", required=True, type=Path, metavar="DIR", help="the films")
    verb.add_argument("--recipe", required=True, type=Path, metavar="FILE", help="a TOML file")
    verb.add_argument(
        "--output",
        required=True,
        type=Path,
        metavar="DIR",
        help="folder for the report, apart from the films and outside the repository, or below "
        "its runs/",
    )
    return verb


def run(options: argparse.Namespace) -> None:
    """Explore, and print where the report lies."""
    from training.audit import Inquiry, explore
    from training.recipes.recipe import read_recipe

    words = ["python -m training explore --data DIR --recipe", shown_path(options.recipe)]
    inquiry = Inquiry(
        data=options.data,
        recipe=read_recipe(options.recipe)[0],
        output=options.output,
        command=" ".join([*words, "--output", shown_path(options.output)]),
    )
    print(explore(inquiry))
