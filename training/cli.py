"""The command line: python -m training select --data DIR --recipe FILE."""

import argparse
import logging
import os
import re
import shlex
import sys
from pathlib import Path

from cxr_app.codes import Code
from cxr_app.errors import CxrError, TrainingError
from cxr_app.spec import NAME_PATTERN

__all__ = ["main", "parser", "shown_command"]

_EPILOG = """\
examples:
  python -m training select --data DIR --recipe training/recipes/bundled.toml
  python -m training select --data DIR --recipe my.toml --weights none --output models/mine

DIR holds DIR/NORMAL and DIR/PNEUMONIA, or train, val and test with those inside. An interrupted
run goes on where it stopped when the same command is typed again.

exit status:
  0  the bundle is written
  2  wrong usage, or a recipe, data or weights that cannot be used; nothing is written
  130  stopped by Ctrl-C
"""


def parser() -> argparse.ArgumentParser:
    """Describe the options."""
    parser = argparse.ArgumentParser(prog="python -m training", description="Make bundles.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    select = verbs.add_parser(
        "select",
        help="train the candidates, keep the best, write its bundle",
        description="Train every candidate of a recipe and keep the best by validation accuracy.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    select.add_argument("--data", required=True, type=Path, metavar="DIR", help="films by class")
    select.add_argument("--recipe", required=True, type=Path, metavar="FILE", help="a TOML file")
    select.add_argument(
        "--weights",
        action="append",
        default=[],
        metavar="SOURCE",
        help="first weights: imagenet (default; downloaded), none, FILE.weights.h5 or FILE.npz; "
        "CANDIDATE=SOURCE for one of them",
    )
    select.add_argument(
        "--teacher", type=Path, metavar="DIR", help="a bundle; for a recipe with [distill]"
    )
    select.add_argument(
        "--sharp", type=Path, metavar="DIR", help="larger copies of some fit films, by class"
    )
    select.add_argument(
        "--output", type=Path, metavar="DIR", help="the bundle's folder (default: models/RECIPE)"
    )
    select.add_argument(
        "--replace", action="store_true", help="write over a bundle that is there already"
    )
    select.add_argument(
        "--run", type=Path, metavar="DIR", help="kept between interruptions (default: runs/RECIPE)"
    )
    select.add_argument(
        "--version", default="1.0.0", metavar="X.Y.Z", help="of the model (default: 1.0.0)"
    )
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; see `--help`.

    Returns
    -------
    int
        The exit status.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    options = parser().parse_args(arguments)
    # TensorFlow's C++ side writes pages of start-up notes otherwise.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        return _select(options)
    except CxrError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        print(str(TrainingError(Code.OUTPUT_FAILED, reason=reason)), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; the same command goes on after the last whole epoch.", file=sys.stderr)
        return 130


def _select(options: argparse.Namespace) -> int:
    # Keras takes seconds to import: `--help` and a wrong option must not wait for it.
    from training.recipe import read_recipe
    from training.run import Order, select
    from training.teacher import teacher_of
    from training.weights import first_weights_of

    recipe, sha256 = read_recipe(options.recipe)
    if (recipe.distill is None) != (options.teacher is None):
        reason = "a recipe with [distill] needs --teacher DIR, and no other takes it"
        raise TrainingError(Code.USAGE, reason=reason)
    target = options.output or Path("models") / recipe.name
    for value in (target.name, options.version):
        if not re.fullmatch(NAME_PATTERN, value):
            reason = f"'{value}' cannot name a model or its version; use letters, digits and . _ -"
            raise TrainingError(Code.USAGE, reason=reason)
    if target.exists() and not options.replace:
        raise TrainingError(
            Code.USAGE,
            reason=f"{target.name} is there already; name another --output, or add --replace",
        )
    bundle = select(
        Order(
            data=options.data,
            recipe=recipe,
            recipe_sha256=sha256,
            first=first_weights_of(options.weights, recipe.candidates),
            target=target,
            teacher=teacher_of(options.teacher, recipe.data.labels) if options.teacher else None,
            sharp=options.sharp,
            run=options.run or Path("runs") / recipe.name,
            version=options.version,
            command=shown_command(options, target),
        )
    )
    print(bundle.folder)
    return 0


def shown_command(options: argparse.Namespace, target: Path) -> str:
    """Write the command for the card, without this machine's folders."""
    words = ["python -m training select --data DIR --recipe", options.recipe.name]
    for source in options.weights:
        name, equals, place = source.rpartition("=")
        words += ["--weights", shlex.quote(name + equals + Path(place).name)]
    if options.teacher:
        words += ["--teacher", shlex.quote(options.teacher.name)]
    if options.sharp:
        words += ["--sharp", "DIR_OF_SHARP"]
    return " ".join([*words, "--output", target.name, "--version", options.version])
