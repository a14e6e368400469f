"""The report's folder: a new one, or an earlier report; nothing else is written over."""

import json
from pathlib import Path
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from training.output_paths import apart_from, outside_the_tree, reachable

__all__ = ["MADE_BY", "check_output"]

MADE_BY: Final = "python -m training explore"

_OURS: Final = frozenset(
    {
        "index.html",
        "audit.json",
        "counts.csv",
        "train.txt",
        "validation.txt",
        "calibration.txt",
        "test.txt",
    }
)


def check_output(output: Path, data: Path) -> None:
    """Refuse, before films are read, to write where something else lies.

    A report holds pictures of films, so it does not go into the repository either.

    Raises
    ------
    TrainingError
        `usage`.
    """
    apart_from(output, data)
    outside_the_tree(output)
    if output.is_symlink() or (output.exists() and not _is_report(output)):
        reason = (
            f"{output.name} is there and is no report of explore alone, so it is not written over; "
            "name a new folder"
        )
        raise TrainingError(Code.USAGE, reason=reason)
    reachable(output)


def _is_report(folder: Path) -> bool:
    """Whether a folder holds what explore wrote, and nothing else."""
    if not folder.is_dir() or not {entry.name for entry in folder.iterdir()} <= _OURS:
        return False
    try:
        audit = json.loads((folder / "audit.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(audit, dict) and audit.get("made_by") == MADE_BY
