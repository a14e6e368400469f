"""python -m training compare: a model beside other systems, on the very same films."""

import argparse
from pathlib import Path
from typing import Any

from training.commands.training_options import add_part, add_verb

__all__ = ["add", "run"]


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = add_verb(
        verbs,
        "compare",
        short="compare a model with others on the same films",
        long="Compare a model with other models, or with any system's answers in a CSV file, film "
        "by film, from the answers that evaluate has stored. No film is opened. The comparison is "
        "added to the first model's card.",
        epilog="A CSV file has the columns film and probability: the SHA-256 of each film as in\n"
        "report/answers-PART.csv, and the probability (0 to 1) of the label that the model looks\n"
        "for. For a model of several findings the columns are called 'probability FINDING'.\n",
    )
    verb.add_argument("model", type=Path, metavar="MODEL", help="folder of a model")
    verb.add_argument(
        "others", type=Path, nargs="+", metavar="OTHER", help="folder of a model, or a .csv file"
    )
    add_part(verb)
    verb.add_argument(
        "--threshold",
        type=float,
        default=0.5,
        metavar="P",
        help="probability from which a .csv file's answer is positive (default: 0.5)",
    )
    return verb


def run(options: argparse.Namespace) -> None:
    """Compare, and print a table."""
    from cxr_app.bundle import open_bundle
    from training.evaluation.comparison import compare, open_other, printed

    bundle = open_bundle(options.model)
    others = [open_other(place, threshold=options.threshold) for place in options.others]
    print("\n".join(printed([compare(bundle, other, part=options.part) for other in others])))
