"""A disc or folder as a picture archive exports it: films, and much beside them that is none."""

import os
from collections.abc import Iterable
from typing import Final

from cxr_app.codes import Code
from cxr_app.records import Record

__all__ = ["disc_folders", "find_discs", "is_beside_films", "passed_over"]

DIRECTORY: Final = "DICOMDIR"  # PS3.10, 8.6: the file that lists what is on the disc
# Viewers, help pages, reports, the directory itself: what shows no picture.
_NO_PICTURES: Final = frozenset(
    {Code.NOT_AN_IMAGE, Code.EMPTY, Code.UNSUPPORTED_FORMAT, Code.DICOM_NO_PIXELS}
)


def disc_folders(names: Iterable[str]) -> tuple[str, ...]:
    """Name the folders that hold a DICOMDIR, with a slash at the end; "" is the top."""
    found = (name.rpartition("/") for name in names)
    return tuple(sorted({head + slash for head, slash, last in found if last.upper() == DIRECTORY}))


def find_discs(given: Iterable[str]) -> tuple[str, ...]:
    """Find which of the folders that a user typed are discs, as records name what lies in them."""
    return disc_folders(f"{text.rstrip('/')}/{name}" for text in given for name in _listed(text))


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder) if os.path.isdir(folder) else []  # noqa: PTH112, PTH208
    except OSError:
        return []


def is_beside_films(record: Record, discs: tuple[str, ...]) -> bool:
    """Tell whether a record is about what lies on a disc beside its films."""
    return record.code in _NO_PICTURES and record.source.startswith(discs)


def passed_over(count: int) -> str:
    """Say how many files were passed over."""
    files = "1 file of the disc holds" if count == 1 else f"{count} files of the disc hold"
    return f"{files} no picture."
