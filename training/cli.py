"""The command line: python -m training select --data DIR --recipe FILE."""

import argparse
import logging
import os
import re
import shlex
import sys
from pathlib import Path
from typing import Any

from cxr_app.codes import Code
from cxr_app.errors import CxrError, TrainingError
from cxr_app.names import printable
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


_EVALUATE_EPILOG = """\
DIR holds train, val and test with a folder of each class inside; every run on its test films is a
line in docs/test-ledger.csv. A DIR with class folders alone is measured by --part all.

exit status:
  0  the report is written
  2  wrong usage, or data or a model that cannot be used
  130  stopped by Ctrl-C; the report is not written, an opening stays in the ledger
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
        help="first weights: imagenet (default; downloaded), none, a bundle's folder, "
        "FILE.weights.h5 or FILE.npz; "
        "CANDIDATE=SOURCE for one of them",
    )
    select.add_argument(
        "--teacher",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="a bundle; for a recipe with [distill]; may be given several times",
    )
    select.add_argument(
        "--sharp", type=Path, metavar="DIR", help="larger copies of some fit films, by class"
    )
    select.add_argument(
        "--also", type=Path, metavar="DIR", help="a second archive; for a recipe with [also]"
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
    _add_evaluate(verbs)
    compare = verbs.add_parser(
        "compare",
        help="compare two measured bundles in pairs, without opening a film",
        description="Compare two bundles on the answers that evaluate kept; the first one's card "
        "is written again.",
    )
    compare.add_argument("model", type=Path, metavar="DIR", help="a bundle")
    compare.add_argument("other", type=Path, metavar="OTHER", help="another one")
    compare.add_argument(
        "--part", choices=("test", "validation", "all"), default="test", help="default: test"
    )
    return parser


def _add_evaluate(verbs: Any) -> None:
    evaluate = verbs.add_parser(
        "evaluate",
        help="measure a bundle on labelled films, write its report again",
        description="Measure a bundle on labelled films, as the app would answer them.",
        epilog=_EVALUATE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    evaluate.add_argument("--model", required=True, type=Path, metavar="DIR", help="a bundle")
    evaluate.add_argument("--data", required=True, type=Path, metavar="DIR", help="films by class")
    evaluate.add_argument(
        "--part",
        choices=("test", "validation", "all"),
        default="test",
        help="test (default): the films in DIR/test; validation: those that chose the model; all: "
        "every film of a DIR without parts",
    )
    evaluate.add_argument(
        "--recipe", type=Path, metavar="FILE", help="the model's own; for --part validation"
    )
    evaluate.add_argument(
        "--perturb", action="store_true", help="measure changed forms of the films too"
    )
    evaluate.add_argument(
        "--copies", type=Path, metavar="DIR", help="compare with other copies of the same films"
    )


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
        return {"select": _select, "evaluate": _evaluate, "compare": _compare}[options.verb](
            options
        )
    except CxrError as error:
        print(f"{error.code}: {printable(str(error))}", file=sys.stderr)
        return 2
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        failed = TrainingError(Code.OUTPUT_FAILED, reason=reason)
        print(f"{failed.code}: {failed}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        after = "; the same command goes on after the last whole epoch"
        print(f"Stopped{after if options.verb == 'select' else ''}.", file=sys.stderr)
        return 130


def _select(options: argparse.Namespace) -> int:
    # Keras takes seconds to import: `--help` and a wrong option must not wait for it.
    from training.recipe import read_recipe
    from training.run import Order, select
    from training.teacher import teacher_of
    from training.weights import first_weights_of

    recipe, sha256 = read_recipe(options.recipe)
    if (recipe.distill is None) != (not options.teacher):
        reason = "a recipe with [distill] needs --teacher DIR, and no other takes it"
        raise TrainingError(Code.USAGE, reason=reason)
    if (recipe.also is None) != (options.also is None):
        reason = "a recipe with [also] needs --also DIR, and no other takes it"
        raise TrainingError(Code.USAGE, reason=reason)
    teachers = tuple(
        teacher_of(folder, recipe.data.labels, side=recipe.side) for folder in options.teacher
    )
    target = options.output or Path("models") / recipe.name
    for value in (target.name, options.version):
        if not re.fullmatch(NAME_PATTERN, value):
            reason = f"'{value}' cannot name a model or its version; use letters, digits and . _ -"
            raise TrainingError(Code.USAGE, reason=reason)
    _check_target(target, options.data, is_replacing=options.replace)
    bundle = select(
        Order(
            data=options.data,
            recipe=recipe,
            recipe_sha256=sha256,
            first=first_weights_of(options.weights, recipe.candidates),
            target=target,
            teachers=teachers,
            sharp=options.sharp,
            also=options.also,
            run=options.run or Path("runs") / recipe.name,
            version=options.version,
            command=shown_command(options, target),
        )
    )
    print(bundle.folder)
    return 0


def _check_target(target: Path, data: Path, *, is_replacing: bool) -> None:
    """Refuse, before hours pass, to write where something else lies."""
    place, films = target.resolve(), data.resolve()
    if place == films or place in films.parents or films in place.parents:
        raise TrainingError(Code.USAGE, reason="--output must lie apart from the films")
    if target.is_symlink() or (target.exists() and not (target / "spec.json").is_file()):
        reason = f"{target.name} is there and is no bundle, so it is not written over"
        raise TrainingError(Code.USAGE, reason=reason)
    if target.exists() and not is_replacing:
        reason = f"{target.name} is there already; name another --output, or add --replace"
        raise TrainingError(Code.USAGE, reason=reason)
    if any(parent.exists() and not parent.is_dir() for parent in place.parents):
        raise TrainingError(Code.USAGE, reason=f"a part of the path to {target.name} is a file")


def _evaluate(options: argparse.Namespace) -> int:
    from cxr_app.bundle import load_bundle
    from training.evaluate import Inquiry, evaluate

    found = evaluate(
        Inquiry(
            bundle=load_bundle(options.model),
            data=options.data,
            part=options.part,
            recipe=options.recipe,
            with_forms=options.perturb,
            copies=options.copies,
            command=evaluation_command(options),
        )
    )
    for name, one in found["figures"].items():
        print(f"{name:>12} {one.value:.4f} ({one.low:.4f}-{one.high:.4f})")
    print(options.model / "report" / "card.md")
    return 0


def _compare(options: argparse.Namespace) -> int:
    from cxr_app.bundle import load_bundle
    from training.compare import compare

    found = compare(load_bundle(options.model), load_bundle(options.other), part=options.part)
    for name in ("auc", "accuracy"):
        one = found[name]
        print(f"{name:>12} {one.value:+.4f} ({one.low:+.4f} to {one.high:+.4f})")
    print(f"{'faster':>12} {found['times_faster']:.1f} times")
    return 0


def evaluation_command(options: argparse.Namespace) -> str:
    """Write the command for the card, without this machine's folders."""
    words = ["python -m training evaluate --model", shown_path(options.model), "--data DIR"]
    if options.part != "test":
        words += ["--part", options.part]
    if options.recipe:
        words += ["--recipe", shown_path(options.recipe)]
    words += ["--perturb"] * options.perturb
    if options.copies:
        words += ["--copies", "COPIES_DIR"]
    return " ".join(words)


def shown_path(path: Path) -> str:
    """Show a path below this folder as it is, any other by its name alone."""
    is_below = not path.is_absolute() and ".." not in path.parts
    return shlex.quote(path.as_posix() if is_below else path.name)


def shown_command(options: argparse.Namespace, target: Path) -> str:
    """Write the command for the card, without this machine's folders."""
    words = ["python -m training select --data DIR --recipe", shown_path(options.recipe)]
    for source in options.weights:
        name, equals, place = source.rpartition("=")
        words += ["--weights", shlex.quote(name + equals + Path(place).name)]
    for teacher in options.teacher:
        words += ["--teacher", shown_path(teacher)]
    if options.sharp:
        words += ["--sharp", "SHARP_DIR"]
    if options.also:
        words += ["--also", "ALSO_DIR"]
    return " ".join([*words, "--output", shown_path(target), "--version", options.version])
