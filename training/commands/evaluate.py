"""python -m training evaluate: measure a model on labelled films."""

import argparse
from typing import Any, Final

from training.commands.training_options import add_part, add_path, add_verb, shown_path

__all__ = ["add", "evaluation_command", "run"]

_EPILOG: Final = """\
DIR holds train, val and test, with a folder for each class inside; every run on its test films is
recorded in docs/test-ledger.csv. A DIR that holds class folders alone is measured with --part all.
Any other archive is read as the model's --recipe says.

exit status:
  0  the report is written
  2  wrong usage, or data or a model that cannot be used
  130  stopped by Ctrl-C; no report is written, but a look at the test films stays in the ledger
"""


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = add_verb(
        verbs,
        "evaluate",
        short="measure a model on labelled films and update its report",
        long="Measure a model on labelled films, exactly as the app would answer them.",
        epilog=_EPILOG,
    )
    add_path(verb, "--model", "folder of the model")
    add_path(verb, "--data", "the films")
    add_part(verb)
    add_path(
        verb,
        "--recipe",
        "the model's own recipe, which says how its archive is read; needed for --part validation, "
        "for models of several findings, and for archives other than class folders",
        kind="FILE",
        required=False,
    )
    verb.add_argument(
        "--perturb",
        action="store_true",
        help="also measure altered copies of each film (cropped, blurred, ...); two classes only",
    )
    add_path(verb, "--copies", "compare with other copies of these films; two classes only",
             required=False)  # fmt: skip
    add_path(
        verb,
        "--errors",
        "draw the worst errors into this new folder, outside the repository or below its runs/",
        required=False,
    )
    return verb


def run(options: argparse.Namespace) -> None:
    """Measure, print the figures and where the card lies."""
    from cxr_app.bundle import open_bundle
    from training.evaluation.evaluation import EvaluationRequest, evaluate

    found = evaluate(
        EvaluationRequest(
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
