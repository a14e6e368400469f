"""Outputs: where a verb may write, and how a finished folder gets into its place."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import TrainingError

__all__ = ["REPOSITORY", "apart_from", "check_room", "outside_the_tree", "put", "reachable"]

SPARE: Final = 64 * 2**20  # bytes
REPOSITORY: Final = Path(__file__).resolve().parents[1]


def apart_from(
    output: Path, *others: Path, what: str = "the films", option: str = "--output"
) -> None:
    """Refuse an output that lies in another folder, is that folder, or would hold it.

    Parameters
    ----------
    output : Path
        Need not be there yet.
    others : Path
        Folders that are read.
    what : str
        They hold, for the sentence.
    option : str
        That named the output.

    Raises
    ------
    TrainingError
        `usage`.
    """
    place = output.resolve()
    for other in others:
        folder = other.resolve()
        if place == folder or place in folder.parents or folder in place.parents:
            raise TrainingError(Code.USAGE, reason=f"{option} must lie apart from {what}")


def outside_the_tree(output: Path, *, option: str = "--output") -> None:
    """Refuse to put pictures of films into the repository, but for below its `runs/`.

    Git ignores `runs/`, where decoded films of a training lie too. What it ignores besides are
    caches and environments, which are no place for films either.

    Raises
    ------
    TrainingError
        `usage`.
    """
    place = output.resolve()
    if place.is_relative_to(REPOSITORY) and REPOSITORY / "runs" not in place.parents:
        reason = (
            f"{option} must lie outside the repository, or below its runs/, which git ignores: "
            "pictures of films never go into it"
        )
        raise TrainingError(Code.USAGE, reason=reason)


def reachable(output: Path) -> None:
    """Refuse an output that no folder can be made for.

    Raises
    ------
    TrainingError
        `usage` where a part of its path is a file.
    """
    if any(parent.exists() and not parent.is_dir() for parent in output.resolve().parents):
        raise TrainingError(Code.USAGE, reason=f"a part of the path to {output.name} is a file")


def check_room(output: Path, *, n_bytes: int = 0) -> None:
    """Refuse to begin what would not fit onto the disk.

    Parameters
    ----------
    output : Path
        Need not be there yet.
    n_bytes : int
        What will be written; 64 MiB must be left beside it.

    Raises
    ------
    TrainingError
        `output_failed`.
    """
    there = next(parent for parent in output.resolve().parents if parent.is_dir())
    wanted, free = n_bytes + SPARE, shutil.disk_usage(there).free
    if free < wanted:
        reason = f"{free / 2**20:,.0f} MiB are free and {wanted / 2**20:,.0f} MiB are needed"
        raise TrainingError(Code.OUTPUT_FAILED, reason=reason)


def put(folder: Path, target: Path, *, aside: Path | None = None) -> None:
    """Rename a finished folder into its place, what was there aside until that has happened.

    Parameters
    ----------
    folder : Path
        Beside the target.
    target : Path
    aside : Path, optional
        Where what was there waits, for one who would look for it after a kill between the renames;
        without it under a name that nothing else has.
    """
    if not target.exists():
        folder.rename(target)
        return
    old = aside or folder.with_name(f"{folder.name}.old")
    target.rename(old)
    try:
        folder.rename(target)
    except OSError:
        with suppress(OSError):
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
