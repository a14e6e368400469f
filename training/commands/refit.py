"""python -m training refit: all that rests on a model's network, fitted and measured anew."""

import argparse
from typing import Any, Final

from training.commands import evaluate, gate
from training.commands.training_options import add_verb

__all__ = ["add", "run"]

_EPILOG: Final = """\
Temperature, operating point and indeterminate zone come with select. The rest is done here: gate
and orientation are fitted (as by python -m training gate), then the validation films are measured,
as they are and changed (as by python -m training evaluate --part validation --perturb). The
archive's test films are not opened.

exit status:
  0  the model has its gate and its report
  2  wrong usage, or data or a model that cannot be used
  130  stopped by Ctrl-C; what was fitted by then is in the model
"""


def add(verbs: Any) -> Any:
    """Describe the options: those of `gate`."""
    verb = add_verb(
        verbs,
        "refit",
        short="fit and measure again what rests on a model's network",
        long="Fit the gate and the orientation of a model anew, and measure the model on its "
        "validation films: after select, or after python -m training lungs.",
        epilog=_EPILOG,
    )
    gate.add_options(verb)
    return verb


def run(options: argparse.Namespace) -> None:
    """Fit, measure, and print the figures of both."""
    gate.run(options)
    measured = {"part": "validation", "perturb": True, "copies": None, "errors": None}
    evaluate.run(argparse.Namespace(**vars(options) | measured))
