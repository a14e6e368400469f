"""The models at hand: every folder of `models/`, each a verified bundle or the reason why not."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from cxr_app.bundle import MODELS, Bundle, load_bundle
from cxr_app.errors import BundleError

__all__ = ["Shelved", "Stamp", "folders", "look", "stamp"]

Stamp: TypeAlias = tuple[tuple[str, int, int], ...]
"""Name, size and time of change of every file of a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """One folder.

    Attributes
    ----------
    folder : Path
    found : Bundle or BundleError
    """

    folder: Path
    found: Bundle | BundleError


def folders() -> tuple[Path, ...]:
    """List the folders of `models/` that may hold a model, by name."""
    try:
        return tuple(sorted(one for one in MODELS.iterdir() if one.is_dir()))
    except OSError:
        return ()


def stamp(folder: Path) -> Stamp:
    """Tell whether a folder may have changed since it was verified, without reading its files."""
    try:
        facts = [(one.name, one.lstat()) for one in sorted(folder.iterdir())]
    except OSError:
        return ()
    return tuple((name, fact.st_size, fact.st_mtime_ns) for name, fact in facts)


def look(folder: Path) -> Shelved:
    """Verify and read what lies in a folder."""
    try:
        return Shelved(folder=folder, found=load_bundle(folder))
    except BundleError as error:
        return Shelved(folder=folder, found=error)
