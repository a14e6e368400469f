"""The report's folder: a new one, or an earlier report; nothing else is written over."""

import json
import shutil
from pathlib import Path
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import TrainingError

__all__ = ["MADE_BY", "check_output", "put"]

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

    Raises
    ------
    TrainingError
        `usage`.
    """
    place, films = output.resolve(), data.resolve()
    if place == films or place in films.parents or films in place.parents:
        raise TrainingError(Code.USAGE, reason="--output must lie apart from the films")
    if output.is_symlink() or (output.exists() and not _is_report(output)):
        reason = (
            f"{output.name} is there and is no report of explore alone, so it is not written over; "
            "name a new folder"
        )
        raise TrainingError(Code.USAGE, reason=reason)
    if any(parent.exists() and not parent.is_dir() for parent in place.parents):
        raise TrainingError(Code.USAGE, reason=f"a part of the path to {output.name} is a file")


def put(folder: Path, output: Path) -> None:
    """Rename a finished folder into place, an earlier report aside until that has happened."""
    if not output.exists():
        folder.rename(output)
        return
    old = folder.with_name(f"{folder.name}.old")
    output.rename(old)
    try:
        folder.rename(output)
    except OSError:
        old.rename(output)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _is_report(folder: Path) -> bool:
    """Whether a folder holds what explore wrote, and nothing else."""
    if not folder.is_dir() or not {entry.name for entry in folder.iterdir()} <= _OURS:
        return False
    try:
        audit = json.loads((folder / "audit.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(audit, dict) and audit.get("made_by") == MADE_BY
