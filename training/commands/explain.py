"""python -m training explain: where in a film the evidence for a label lies."""

import argparse
from pathlib import Path
from typing import Any

__all__ = ["add", "run"]


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = verbs.add_parser(
        "explain",
        help="draw where in a film a model sees evidence for a label",
        description="Draw Grad-CAM of a bundle of any task over a film, by gradients.",
    )
    verb.add_argument("--model", required=True, type=Path, metavar="DIR", help="a bundle")
    verb.add_argument("--film", required=True, type=Path, metavar="FILE", help="a film")
    verb.add_argument("--label", metavar="NAME", help="one of the model's (default: what it says)")
    verb.add_argument(
        "--output",
        required=True,
        type=Path,
        metavar="FILE",
        help="a .png that is not there yet, apart from the films and outside the repository, or "
        "below its runs/",
    )
    return verb


def run(options: argparse.Namespace) -> None:
    """Draw, and print where the picture lies."""
    from training.explanation.attribution import Inquiry, explain

    inquiry = Inquiry(
        model=options.model, film=options.film, label=options.label, output=options.output
    )
    print(explain(inquiry))
