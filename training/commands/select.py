"""python -m training select: train the candidates, keep the best, write its bundle."""

import argparse
import re
from typing import Any, Final

from cxr_app.codes import Code
from cxr_app.spec import NAME_PATTERN
from training.commands.training_options import add_job_options, add_path, add_verb, job_of
from training.errors import TrainingError
from training.output_paths import check_output

__all__ = ["add", "run"]

_EPILOG: Final = """\
examples:
  python -m training select --data DIR --recipe training/recipes/bundled.toml
  python -m training select --data DIR --recipe my.toml --weights none --output models/mine

DIR holds DIR/NORMAL and DIR/PNEUMONIA, or train, val and test with those inside; other archives are
read as the recipe's data.source says. An interrupted run is resumed by typing the same command.

exit status:
  0  the model is written
  2  wrong usage, or a recipe, data or weights that cannot be used; nothing is written
  130  stopped by Ctrl-C
"""


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = add_verb(
        verbs,
        "select",
        short="train the candidates, keep the best, write it as a model",
        long="Train every candidate of a recipe and keep the best by validation accuracy.",
        epilog=_EPILOG,
    )
    add_job_options(verb)
    add_path(verb, "--output", "folder of the model (default: models/RECIPE)", required=False)
    verb.add_argument("--replace", action="store_true", help="write over an earlier model")
    verb.add_argument(
        "--version", default="1.0.0", metavar="X.Y.Z", help="of the model (default: 1.0.0)"
    )
    verb.add_argument(
        "--tensorboard",
        action="store_true",
        help="also write the curves for TensorBoard, after every epoch, into RUN/logs",
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
    check_output(
        job.target, inputs=(options.data,), marker="spec.json", is_replacing=options.replace
    )
    print(select(job).folder)
