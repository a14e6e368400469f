"""python -m training explain: where in a film a model finds evidence for a label."""

import argparse
from typing import Any

from training.commands.training_options import add_path, add_verb

__all__ = ["add", "run"]


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = add_verb(
        verbs,
        "explain",
        short="draw where in a film a model finds evidence for a label",
        long="Draw a gradient-based heat map (Grad-CAM) of any model over a film.",
    )
    add_path(verb, "--model", "folder of the model")
    add_path(verb, "--film", "the film", kind="FILE")
    verb.add_argument(
        "--label", metavar="NAME", help="one of the model's labels (default: its answer)"
    )
    add_path(
        verb,
        "--output",
        "a new .png file, apart from the films, and outside the repository or below its runs/",
        kind="FILE",
    )
    return verb


def run(options: argparse.Namespace) -> None:
    """Draw, and print where the picture lies."""
    from training.explanation.attribution import explain

    print(explain(options.film, model=options.model, label=options.label, output=options.output))
