"""python -m training select: train the candidates, keep the best, write its bundle."""

import argparse
import re
from pathlib import Path
from typing import Any, Final

from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from cxr_app.spec import NAME_PATTERN
from training.commands.training_options import add_job_options, job_of
from training.output_paths import apart_from, reachable

__all__ = ["add", "run"]

_EPILOG: Final = """\
examples:
  python -m training select --data DIR --recipe training/recipes/bundled.toml
  python -m training select --data DIR --recipe my.toml --weights none --output models/mine

DIR holds DIR/NORMAL and DIR/PNEUMONIA, or train, val and test with those inside; another archive as
the recipe's data.source says. An interrupted run goes on where it stopped when the same command is
typed again.

exit status:
  0  the bundle is written
  2  wrong usage, or a recipe, data or weights that cannot be used; nothing is written
  130  stopped by Ctrl-C
"""


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = verbs.add_parser(
        "select",
        help="train the candidates, keep the best, write its bundle",
        description="Train every candidate of a recipe and keep the best by validation accuracy.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_job_options(verb)
    verb.add_argument(
        "--output", type=Path, metavar="DIR", help="the bundle's folder (default: models/RECIPE)"
    )
    verb.add_argument(
        "--replace", action="store_true", help="write over a bundle that is there already"
    )
    verb.add_argument(
        "--version", default="1.0.0", metavar="X.Y.Z", help="of the model (default: 1.0.0)"
    )
    verb.add_argument(
        "--tensorboard",
        action="store_true",
        help="write the curves for TensorBoard too, after every epoch, into RUN/logs",
    )
    return verb


def run(options: argparse.Namespace) -> None:
    """Train, and print the bundle's folder."""
    from training.export.bundle import bring_back
    from training.learning.logs import check_tensorboard
    from training.pipeline import select

    if options.tensorboard:
        check_tensorboard()
    job = job_of(
        options, output=options.output, version=options.version, has_logs=options.tensorboard
    )
    for value in (job.target.name, options.version):
        if not re.fullmatch(NAME_PATTERN, value):
            reason = f"'{value}' cannot name a model or its version; use letters, digits and . _ -"
            raise TrainingError(Code.USAGE, reason=reason)
    bring_back(job.target)
    _check_target(job.target, options.data, is_replacing=options.replace)
    print(select(job).folder)


def _check_target(target: Path, data: Path, *, is_replacing: bool) -> None:
    """Refuse, before hours pass, to write where something else lies."""
    apart_from(target, data)
    if target.is_symlink() or (target.exists() and not (target / "spec.json").is_file()):
        reason = f"{target.name} is there and is no bundle, so it is not written over"
        raise TrainingError(Code.USAGE, reason=reason)
    if target.exists() and not is_replacing:
        reason = f"{target.name} is there already; name another --output, or add --replace"
        raise TrainingError(Code.USAGE, reason=reason)
    reachable(target)
