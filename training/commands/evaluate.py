"""python -m training evaluate: measure a bundle on labelled films, write its report again."""

import argparse
from pathlib import Path
from typing import Any, Final

from training.commands.training_options import shown_path

__all__ = ["PARTS", "add", "evaluation_command", "run"]

PARTS: Final = ("test", "validation", "all")

_EPILOG: Final = """\
DIR holds train, val and test with a folder of each class inside; every run on its test films is a
line in docs/test-ledger.csv. A DIR with class folders alone is measured by --part all. Any other
archive is read as the model's --recipe says.

exit status:
  0  the report is written
  2  wrong usage, or data or a model that cannot be used
  130  stopped by Ctrl-C; the report is not written, an opening stays in the ledger
"""


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = verbs.add_parser(
        "evaluate",
        help="measure a bundle on labelled films, write its report again",
        description="Measure a bundle on labelled films, as the app would answer them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("--model", required=True, type=Path, metavar="DIR", help="a bundle")
    verb.add_argument("--data", required=True, type=Path, metavar="DIR", help="the films")
    verb.add_argument(
        "--part",
        choices=PARTS,
        default="test",
        help="test (default): the archive's test films; validation: those that chose the model; "
        "all: every film of a DIR without parts",
    )
    verb.add_argument(
        "--recipe",
        type=Path,
        metavar="FILE",
        help="the model's own, which says how its archive is read; for --part validation, for "
        "models of findings and for archives other than class folders",
    )
    verb.add_argument(
        "--perturb", action="store_true", help="measure changed forms too; for two classes"
    )
    verb.add_argument(
        "--copies",
        type=Path,
        metavar="DIR",
        help="compare with other copies of the same films; for two classes",
    )
    verb.add_argument(
        "--errors",
        type=Path,
        metavar="DIR",
        help="draw the worst errors into DIR, apart from the data and outside the repository, or "
        "below its runs/",
    )
    return verb


def run(options: argparse.Namespace) -> None:
    """Measure, print the figures and where the card lies."""
    from cxr_app.bundle import open_bundle
    from training.evaluation.measurement import Inquiry, evaluate

    found = evaluate(
        Inquiry(
            bundle=open_bundle(options.model),
            data=options.data,
            part=options.part,
            recipe=options.recipe,
            with_forms=options.perturb,
            copies=options.copies,
            errors=options.errors,
            command=evaluation_command(options),
        )
    )
    for name, one in found["figures"].items():
        print(f"{name:>17} {one.value:.4f} ({one.low:.4f}-{one.high:.4f})")
    print(options.model / "report" / "card.md")


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
    if options.errors:
        words += ["--errors", "ERRORS_DIR"]
    return " ".join(words)
