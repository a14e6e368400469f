"""Where a command may write, and how a finished folder is put into its place."""

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from cxr_app.codes import Code
from training.errors import TrainingError

__all__ = ["REPOSITORY", "check_output", "check_room", "keep_apart", "put"]

SPARE: Final = 64 * 2**20  # bytes
REPOSITORY: Final = Path(__file__).resolve().parents[1]


def check_output(
    output: Path,
    *,
    inputs: Iterable[Path],
    option: str = "--output",
    shows_films: bool = False,
    marker: str = "",
    is_replacing: bool = False,
) -> None:
    """Refuse, before any film is read, an output that would do harm where it is.

    It must be new, or an earlier output that `--replace` writes over; it must lie apart from every
    input; and what shows films must stay out of the repository, except below its `runs/`, which
    git ignores.

    Parameters
    ----------
    output : Path
        A file or folder.
    inputs : iterable of Path
        Folders that are read.
    option : str
        The option that names the output.
    shows_films : bool
    marker : str
        File by which an earlier output is recognised; "" where nothing can be replaced.
    is_replacing : bool
        Whether `--replace` was given.

    Raises
    ------
    TrainingError
        `usage`.
    """
    keep_apart(output, inputs, option=option)
    place = output.resolve()
    if (
        shows_films
        and place.is_relative_to(REPOSITORY)
        and REPOSITORY / "runs" not in place.parents
    ):
        raise _usage(
            f"{option} must lie outside the repository, or below its runs/, which git ignores: "
            "pictures of films do not belong in the repository"
        )
    if any(parent.exists() and not parent.is_dir() for parent in place.parents):
        raise _usage(f"a part of the path to {output.name} is a file")
    if not output.exists() and not output.is_symlink():
        return
    if not is_replacing:
        choice = ", or add --replace" if marker else ""
        raise _usage(f"{output.name} is there already; name another {option}{choice}")
    if output.is_symlink() or not (output / marker).is_file():
        raise _usage(f"{output.name} was not written by this command, so it is not replaced")


def keep_apart(output: Path, inputs: Iterable[Path], *, option: str) -> None:
    """Refuse an output that is one of the inputs, lies in one, or holds one.

    Raises
    ------
    TrainingError
        `usage`.
    """
    place = output.resolve()
    for folder in (one.resolve() for one in inputs):
        if place == folder or place in folder.parents or folder in place.parents:
            raise _usage(f"{option} must lie apart from the films and models that are read")


def check_room(output: Path, *, n_bytes: int = 0) -> None:
    """Refuse to start what would not fit on the disk.

    Parameters
    ----------
    output : Path
        Need not exist yet.
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
    """Rename a finished folder into its place; what was there is kept until that has happened.

    Parameters
    ----------
    folder : Path
        Beside the target.
    target : Path
    aside : Path, optional
        Where the old one waits, so that it can be found after a kill between the two renames;
        without it, under a name that nothing else has.
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


def _usage(reason: str) -> TrainingError:
    return TrainingError(Code.USAGE, reason=reason)
