"""The command line: python -m training VERB; see `--help`."""

import argparse
import logging
import os
import sys
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import CxrError, TrainingError
from cxr_app.names import printable
from training.commands import compare, evaluate, explain, explore, rival, search, select

__all__ = ["main", "parser"]

VERBS: Final = (explore, select, search, evaluate, compare, rival, explain)
GOES_ON: Final = ("select", "search")  # where an interrupted run is gone on with


def parser() -> argparse.ArgumentParser:
    """Describe the options."""
    parser = argparse.ArgumentParser(
        prog="python -m training", description="Look at films, make bundles of them, measure them."
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb in VERBS:
        verb.add(verbs).set_defaults(command=verb.run)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; see `--help`.

    Returns
    -------
    int
        The exit status.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    options = parser().parse_args(arguments)
    # TensorFlow's C++ side writes pages of start-up notes otherwise.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        options.command(options)
    except CxrError as error:
        print(f"{error.code}: {printable(str(error))}", file=sys.stderr)
        return 2
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        failed = TrainingError(Code.OUTPUT_FAILED, reason=reason)
        print(f"{failed.code}: {failed}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        after = "; the same command goes on after the last whole epoch"
        print(f"Stopped{after if options.verb in GOES_ON else ''}.", file=sys.stderr)
        return 130
    return 0
