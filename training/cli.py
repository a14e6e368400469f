"""The command line: python -m training VERB; see `--help`."""

import argparse
import logging
import sys
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import CxrError
from cxr_app.names import printable
from cxr_app.patches import import_keras
from training.commands import (
    compare,
    crossvalidate,
    evaluate,
    explain,
    explore,
    gate,
    lungs,
    refit,
    search,
    select,
    weights,
)
from training.errors import TrainingError

__all__ = ["main", "parser"]

VERBS: Final = (
    *(explore, select, search, crossvalidate, evaluate, compare, explain),
    *(lungs, gate, refit, weights),
)
WITH_KERAS: Final = ("select", "search", "crossvalidate", "evaluate", "explain", "lungs", "refit")
# By typing the same command again.
RESUMABLE: Final = ("select", "search", "crossvalidate", "lungs")


def parser() -> argparse.ArgumentParser:
    """Describe the options."""
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description="Audit films, train models on them, and measure the models.",
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
    try:
        if options.verb in WITH_KERAS:
            import_keras()
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
        after = "; the same command resumes after the last whole epoch"
        print(f"Stopped{after if options.verb in RESUMABLE else ''}.", file=sys.stderr)
        return 130
    return 0
