"""python -m training lungs: train the network that finds the lungs, and put it into a model."""

import argparse
from pathlib import Path
from typing import Any, Final

from training.commands.training_options import add_path, add_verb

__all__ = ["add", "run"]

_EPILOG: Final = """\
DIR holds films/NAME.jpg, masks/NAME.png (0 and 255) and manifest.csv with the columns name and
age_group. A fifth of the films of each age group is left out and measures the result.

exit status:
  0  the network is in the model
  2  wrong usage, or data or a model that cannot be used
  130  stopped by Ctrl-C; the same command resumes after the last whole epoch
"""


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = add_verb(
        verbs,
        "lungs",
        short="train the network that finds the lungs",
        long="Train a small segmentation network on films with lung masks, measure it, and put it "
        "into a model. The model's gate has to be fitted again afterwards.",
        epilog=_EPILOG,
    )
    add_path(verb, "--data", "films with lung masks")
    add_path(verb, "--model", "folder of the model that gets the network")
    verb.add_argument("--epochs", type=int, default=70, help="passes over the films (default 70)")
    verb.add_argument("--seed", type=int, default=7, help="of the split and the training")
    verb.add_argument(
        "--work",
        type=Path,
        default=Path("runs/lungs"),
        metavar="DIR",
        help="where an unfinished training is kept (default runs/lungs)",
    )
    return verb


def run(options: argparse.Namespace) -> None:
    """Train, measure, write, and print the figures."""
    from cxr_app.bundle import open_bundle
    from training.lungs.pipeline import make_lungs

    figures = make_lungs(
        open_bundle(options.model),
        options.data,
        epochs=options.epochs,
        seed=options.seed,
        work=options.work,
    )
    for one in figures:
        print(
            f"{one.change:>22}, {one.group}: Dice median {one.median:.3f}, lowest {one.lowest:.3f} "
            f"({one.films} films)"
        )
