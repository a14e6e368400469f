"""python -m training compare: measured models in pairs, without opening a film."""

import argparse
from pathlib import Path
from typing import Any

from training.commands.evaluate import PARTS

__all__ = ["add", "run"]


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = verbs.add_parser(
        "compare",
        help="compare measured models in pairs, without opening a film",
        description="Compare a bundle with others, or with a rival's folder, on the answers that "
        "were kept of each; the first one's card is written again.",
    )
    verb.add_argument("model", type=Path, metavar="DIR", help="a bundle")
    verb.add_argument(
        "others", type=Path, nargs="+", metavar="OTHER", help="another one, or a rival's folder"
    )
    verb.add_argument("--part", choices=PARTS, default="test", help="default: test")
    return verb


def run(options: argparse.Namespace) -> None:
    """Compare, and print a table."""
    from cxr_app.bundle import open_bundle
    from training.evaluation.comparison import compare, open_other, printed

    bundle = open_bundle(options.model)
    others = [open_other(place) for place in options.others]
    print("\n".join(printed([compare(bundle, other, part=options.part) for other in others])))
