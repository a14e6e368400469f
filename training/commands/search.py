"""python -m training search: try values of a recipe's keys, judged by validation films."""

import argparse
from typing import Any

from cxr_app.codes import Code
from training.commands.training_options import add_job_options, add_verb, job_of
from training.errors import TrainingError

__all__ = ["add", "run"]


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = add_verb(
        verbs,
        "search",
        short="search for better values of a recipe's keys",
        long="Train a recipe's candidates with values drawn from its [[search]] tables, judge them "
        "by validation films alone, and print the best values to paste into the recipe. All trials "
        "are listed in RUN/search/trials.csv.",
    )
    add_job_options(verb)
    verb.add_argument(
        "--trials",
        type=int,
        default=20,
        metavar="N",
        help="number of trials in all, 1 or more (default: 20)",
    )
    return verb


def run(options: argparse.Namespace) -> None:
    """Search, and print the best values as lines of a recipe."""
    from training.recipes.search_space import as_toml
    from training.selection.search import search

    if options.trials < 1:
        raise TrainingError(Code.USAGE, reason="--trials must be 1 or more")
    job = job_of(options, output=None, version="1.0.0", has_logs=False)
    found = search(job, trials=options.trials, folder=job.run / "search")
    # A loss is better the lower it is, so its score is minus it.
    best = abs(found.score)
    print(f"# {job.recipe.fit.monitor} {best:.4f} after {len(found.trials)} trials")
    print(as_toml(found.best), end="")
