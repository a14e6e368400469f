"""What every training is told on the command line, made into a training job."""

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from training.output_paths import apart_from

if TYPE_CHECKING:
    from training.selection.training_job import TrainingJob

__all__ = ["add_job_options", "job_of", "shown_command", "shown_path"]


def add_job_options(verb: Any) -> None:
    """Add the options that every training has."""
    verb.add_argument("--data", required=True, type=Path, metavar="DIR", help="films by class")
    verb.add_argument("--recipe", required=True, type=Path, metavar="FILE", help="a TOML file")
    verb.add_argument(
        "--weights",
        action="append",
        default=[],
        metavar="SOURCE",
        help="first weights: imagenet (default; downloaded), none, a bundle's folder, "
        "FILE.weights.h5 or FILE.npz; "
        "CANDIDATE=SOURCE for one of them",
    )
    verb.add_argument(
        "--teacher",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="a bundle; for a recipe with [distill]; may be given several times",
    )
    verb.add_argument(
        "--sharp", type=Path, metavar="DIR", help="larger copies of some fit films, by class"
    )
    verb.add_argument(
        "--also", type=Path, metavar="DIR", help="a second archive; for a recipe with [also]"
    )
    verb.add_argument(
        "--run", type=Path, metavar="DIR", help="kept between interruptions (default: runs/RECIPE)"
    )


def job_of(
    options: argparse.Namespace, *, output: Path | None, version: str, has_logs: bool
) -> "TrainingJob":
    """Read the recipe and open what the options name.

    Raises
    ------
    TrainingError
        `recipe_invalid`, or `usage` where recipe and options do not fit each other, or what is
        kept between interruptions would lie among films.
    """
    # Keras takes seconds to import: `--help` and a wrong option must not wait for it.
    from training.networks.teacher import teacher_of
    from training.networks.weights import first_weights_of
    from training.recipes.recipe import read_recipe
    from training.selection.training_job import TrainingJob

    recipe, sha256 = read_recipe(options.recipe)
    if (recipe.distill is None) != (not options.teacher):
        reason = "a recipe with [distill] needs --teacher DIR, and no other takes it"
        raise TrainingError(Code.USAGE, reason=reason)
    if (recipe.also is None) != (options.also is None):
        reason = "a recipe with [also] needs --also DIR, and no other takes it"
        raise TrainingError(Code.USAGE, reason=reason)
    target = output or Path("models") / recipe.name
    run = options.run or Path("runs") / recipe.name
    apart_from(run, *filter(None, (options.data, options.sharp, options.also)), option="--run")
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
        run=run,
        version=version,
        command=shown_command(options, target, version=version),
        has_logs=has_logs,
    )


def shown_path(path: Path) -> str:
    """Show a path below this folder as it is, any other by its name alone."""
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
    return " ".join([*words, "--output", shown_path(target), "--version", version])
