"""python -m training gate: fit what tells chest films from other pictures."""

import argparse
from pathlib import Path
from typing import Any, Final

from training.commands.training_options import add_path, add_verb

__all__ = ["add", "add_options", "run"]

_EPILOG: Final = """\
The model's own archive gives films of its own population: those of the calibration part are fitted
on, those of the validation part measure. --adults is an archive laid out as NIH ChestX-ray14 is
(Data_Entry*.csv, test_list.txt). --others holds pictures that are no frontal chest films, as
KIND/SOURCE-NUMBER.jpg; it may be repeated. Patterns, pages and charts are drawn.

exit status:
  0  the gate is in the model; its figures are on the model's card
  2  wrong usage, or data or a model that cannot be used
  130  stopped by Ctrl-C; the model is as it was
"""


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = add_verb(
        verbs,
        "gate",
        short="fit what tells chest films from other pictures",
        long="Fit the gate, which refuses what is no chest radiograph and warns of adults and "
        "lateral views, and what tells turned films and negatives. Measure both on sources that "
        "were left out, and put them into a model.",
        epilog=_EPILOG,
    )
    add_options(verb)
    return verb


def add_options(verb: Any) -> None:
    """Describe what a gate is fitted on."""
    add_path(verb, "--model", "folder of the model; it must find lungs")
    add_path(verb, "--data", "the films that the model was made from")
    add_path(verb, "--recipe", "the recipe that it was made with", kind="FILE")
    add_path(verb, "--adults", "films of adults")
    verb.add_argument(
        "--others",
        action="append",
        required=True,
        type=Path,
        metavar="DIR",
        help="pictures that are no frontal chest films; may be repeated",
    )
    verb.add_argument("--seed", type=int, default=7, help="of the folds and forms (default 7)")


def run(options: argparse.Namespace) -> None:
    """Fit, write, and print the figures."""
    from cxr_app.bundle import open_bundle
    from training.examination.pipeline import GateRequest, make_gate

    found = make_gate(
        GateRequest(
            bundle=open_bundle(options.model),
            data=options.data,
            recipe=options.recipe,
            adults=options.adults,
            others=tuple(options.others),
            seed=options.seed,
        )
    )
    for name, share in found.items():
        print(f"{name:>26} {share:.4f}")
    print(options.model / "report" / "card.md")
