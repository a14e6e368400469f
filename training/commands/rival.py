"""python -m training rival: somebody else's network answers the films of a model."""

import argparse
from pathlib import Path
from typing import Any

from training.commands.evaluate import PARTS

__all__ = ["add", "run"]


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = verbs.add_parser(
        "rival",
        help="let somebody else's network answer the films of a model",
        description="Let a network of TorchXRayVision answer the films of a part, calibrated on "
        "the model's own calibration films, and keep its answers for compare. On test films it is "
        "a line in docs/test-ledger.csv.",
    )
    verb.add_argument(
        "--name", default="densenet121-res224-all", help="of its weights (default: %(default)s)"
    )
    verb.add_argument("--model", required=True, type=Path, metavar="DIR", help="our bundle")
    verb.add_argument("--data", required=True, type=Path, metavar="DIR", help="its archive")
    verb.add_argument("--recipe", required=True, type=Path, metavar="FILE", help="its recipe")
    verb.add_argument("--part", choices=PARTS, default="test", help="default: test")
    verb.add_argument(
        "--output",
        required=True,
        type=Path,
        metavar="DIR",
        help="folder for the answers of this one rival: new, or for another part",
    )
    return verb


def run(options: argparse.Namespace) -> None:
    """Let it answer, and print where its answers lie."""
    from cxr_app.bundle import open_bundle
    from training.evaluation.rivals import RivalInquiry, measure_rival
    from training.evaluation.torchxrayvision import open_torchxrayvision

    inquiry = RivalInquiry(
        bundle=open_bundle(options.model),
        data=options.data,
        part=options.part,
        recipe=options.recipe,
        output=options.output,
    )
    print(measure_rival(inquiry, open_torchxrayvision(options.name)).owner.folder)
