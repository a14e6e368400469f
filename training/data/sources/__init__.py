"""Where labelled films come from: one module for each kind of archive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from training.data.sources.class_folders import read_class_folders
from training.data.sources.films import LabelledFilm, data_sha256, film_sha256
from training.data.sources.nih import read_nih_binary, read_nih_findings

__all__ = [
    "SOURCES",
    "ArchiveSource",
    "LabelledFilm",
    "data_sha256",
    "film_sha256",
    "read_class_folders",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSource:
    """A kind of archive; `training.recipes.names.SOURCE_TASKS` says what its labels mean.

    Attributes
    ----------
    name : str
        As recipes name it.
    read : callable (folder, labels, findings to leave out) -> films
    """

    name: str
    read: Callable[[Path, tuple[str, ...], tuple[str, ...]], tuple[LabelledFilm, ...]]


CLASS_FOLDERS: Final = ArchiveSource(
    name="class-folders",
    read=lambda folder, labels, _left_out: read_class_folders(folder, labels),
)
NIH_BINARY: Final = ArchiveSource(
    name="nih-binary",
    read=lambda folder, labels, _left_out: read_nih_binary(folder, labels),
)
NIH_FINDINGS: Final = ArchiveSource(
    name="nih-findings",
    read=lambda folder, labels, left_out: read_nih_findings(folder, labels, left_out=left_out),
)

SOURCES: Final[Mapping[str, ArchiveSource]] = MappingProxyType(
    {entry.name: entry for entry in (CLASS_FOLDERS, NIH_BINARY, NIH_FINDINGS)}
)
