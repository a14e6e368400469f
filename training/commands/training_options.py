"""Options that several commands share, and the training job that they describe."""

import argparse
import shlex
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cxr_app.codes import Code
from training.errors import TrainingError
from training.output_paths import keep_apart

if TYPE_CHECKING:
    from training.selection.training_job import TrainingJob

__all__ = [
    "PARTS",
    "add_job_options",
    "add_part",
    "add_path",
    "add_verb",
    "job_of",
    "shown_command",
    "shown_path",
]

PARTS: Final = ("test", "validation", "all")


def add_verb(verbs: Any, name: str, *, short: str, long: str, epilog: str = "") -> Any:
    """Add a command: a line for the list of commands, and what its own `--help` says."""
    return verbs.add_parser(
        name,
        help=short,
        description=textwrap.fill(long, 79),
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter if epilog else argparse.HelpFormatter,
    )


def add_path(
    verb: Any, option: str, words: str, *, kind: str = "DIR", required: bool = True
) -> None:
    """Add an option that takes a path."""
    verb.add_argument(option, required=required, type=Path, metavar=kind, help=words)


def add_part(verb: Any) -> None:
    """Add the option that says which films are meant."""
    verb.add_argument(
        "--part",
        choices=PARTS,
        default="test",
        help="test (default): the archive's test films; validation: the films that chose the "
        "model; all: every film of a DIR without parts",
    )


def add_job_options(verb: Any) -> None:
    """Add the options that every training has."""
    add_path(verb, "--data", "the films, in a folder for each class")
    add_path(verb, "--recipe", "how to train, a TOML file", kind="FILE")
    verb.add_argument(
        "--weights",
        action="append",
        default=[],
        metavar="SOURCE",
        help="initial weights: imagenet (default; downloaded), none, the folder of a model, "
        "FILE.weights.h5 or FILE.npz; CANDIDATE=SOURCE for one candidate alone",
    )
    verb.add_argument(
        "--teacher",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="a model to learn from, for a recipe with [distill]; may be repeated",
    )
    for option, words in (
        ("--sharp", "larger copies of some training films, by class"),
        ("--also", "a second archive, for a recipe with [also]"),
        ("--lungs", "a model that finds lungs, for a recipe with [standardise]"),
        ("--run", "progress that survives an interruption (default: runs/RECIPE)"),
    ):
        add_path(verb, option, words, required=False)


def job_of(
    options: argparse.Namespace, *, output: Path | None, version: str, has_logs: bool
) -> "TrainingJob":
    """Read the recipe and open what the options name.

    Raises
    ------
    TrainingError
        `recipe_invalid`, or `usage` where recipe and options do not fit each other, or progress
        would be kept among films.
    """
    # Keras takes seconds to import: `--help` and a wrong option must not wait for it.
    from training.data.film_reader import lungs_of
    from training.networks.teacher import teacher_of
    from training.networks.weights import first_weights_of
    from training.recipes.recipe import read_recipe
    from training.selection.training_job import TrainingJob

    recipe, sha256 = read_recipe(options.recipe)
    for table, option, is_given in (
        ("distill", "--teacher", bool(options.teacher)),
        ("also", "--also", options.also is not None),
        ("standardise", "--lungs", options.lungs is not None),
    ):
        if (getattr(recipe, table) is not None) is not is_given:
            reason = f"{option} DIR goes with a recipe that has [{table}], and with no other"
            raise TrainingError(Code.USAGE, reason=reason)
    target = output or Path("models") / recipe.name
    run = options.run or Path("runs") / recipe.name
    keep_apart(run, filter(None, (options.data, options.sharp, options.also)), option="--run")
    return TrainingJob(
        data=options.data,
        recipe=recipe,
        recipe_sha256=sha256,
        first=first_weights_of(options.weights, recipe.candidates),
        target=target,
        teachers=tuple(
            teacher_of(folder, recipe.data.labels, side=recipe.side) for folder in options.teacher
        ),
        sharp=options.sharp,
        also=options.also,
        lungs=lungs_of(options.lungs) if options.lungs else None,
        run=run,
        version=version,
        command=shown_command(options, target, version=version),
        has_logs=has_logs,
    )


def shown_path(path: Path) -> str:
    """Show a path below this folder as it is, and any other by its name alone."""
    is_below = not path.is_absolute() and ".." not in path.parts
    return shlex.quote(path.as_posix() if is_below else path.name)


def shown_command(options: argparse.Namespace, target: Path, *, version: str) -> str:
    """Write the command for the card, without this machine's folders."""
    words = ["python -m training select --data DIR --recipe", shown_path(options.recipe)]
    for source in options.weights:
        name, equals, place = source.rpartition("=")
        words += ["--weights", f"{name}{equals}{shown_path(Path(place))}"]
    for teacher in options.teacher:
        words += ["--teacher", shown_path(teacher)]
    if options.sharp:
        words += ["--sharp", "SHARP_DIR"]
    if options.also:
        words += ["--also", "ALSO_DIR"]
    if options.lungs:
        words += ["--lungs", shown_path(options.lungs)]
    return " ".join([*words, "--output", shown_path(target), "--version", version])
