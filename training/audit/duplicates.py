"""Films that occur more than once: by their bytes, and by what they show."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from training.audit.image_statistics import MeasuredFilm
from training.data.sources import LabelledFilm

__all__ = ["MOST_BITS", "Alike", "NearDuplicates", "find_identical", "find_near"]

MOST_BITS: Final = 8
"""Of 256. Measured on the Kermany archive, where an equal picture is known by its bytes: at 8 bits
39 pairs, 34 of them identical files, none across its folders; at 10 bits 65 pairs, where different
children match too. A match is a reason to look at both films, and proves nothing."""

MOST_PAIRS: Final = 20_000
"""Blank films are all alike: a folder of 10,000 of them has 50 million pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Films that look the same.

    Attributes
    ----------
    films : tuple of LabelledFilm
        Two or more.
    parts : tuple of str
        What each is used for: "fit", "validation", "calibration", "test", "left out".
    bits : int or None
        In how many of 256 bits their fingerprints differ; None where the files are identical.
    """

    films: tuple[LabelledFilm, ...]
    parts: tuple[str, ...]
    bits: int | None = None

    @property
    def is_across_folders(self) -> bool:
        """Whether they lie in several folders of the archive."""
        return len({film.subset for film in self.films}) > 1

    @property
    def is_across_test(self) -> bool:
        """Whether one of these folders is test."""
        return self.is_across_folders and any(film.subset == "test" for film in self.films)

    @property
    def is_across_parts(self) -> bool:
        """Whether they are used for different things."""
        return len(set(self.parts)) > 1

    @property
    def is_across_labels(self) -> bool:
        """Whether they are labelled differently."""
        return len({film.classes for film in self.films}) > 1

    @property
    def is_across_patients(self) -> bool:
        """Whether they are said to be of different patients."""
        return len({film.patient for film in self.films}) > 1

    @property
    def remarks(self) -> list[str]:
        """What is said of them beside their names."""
        said = {
            f"{self.bits} of 256 bits differ": self.bits is not None,
            "different folders": self.is_across_folders,
            f"parts {', '.join(dict.fromkeys(self.parts))}": self.is_across_parts,
            "different labels": self.is_across_labels,
            "different patients": self.is_across_patients,
        }
        return [text for text, is_so in said.items() if is_so]

    @property
    def rank(self) -> tuple[bool, bool, bool, int, str]:
        """Order: what spoils a measurement first."""
        return (
            not self.is_across_folders,
            not self.is_across_parts,
            not self.is_across_labels,
            self.bits or 0,
            self.films[0].name,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NearDuplicates:
    """Pairs of films with nearly equal fingerprints.

    Attributes
    ----------
    pairs : tuple of Alike
        Worst first, without pairs of identical files.
    is_complete : bool
        False where there are so many that the search was stopped.
    """

    pairs: tuple[Alike, ...]
    is_complete: bool = True


def find_identical(films: tuple[LabelledFilm, ...], parts: Mapping[str, str]) -> tuple[Alike, ...]:
    """Group films whose files are equal byte by byte, the worst group first.

    Parameters
    ----------
    films : tuple of LabelledFilm
    parts : mapping of str to str
        Name of a film to what it is used for.
    """
    groups: dict[str, list[LabelledFilm]] = defaultdict(list)
    for film in films:
        groups[film.sha256].append(film)
    return _sorted([_alike(group, parts) for group in groups.values() if len(group) > 1])


def find_near(films: tuple[MeasuredFilm, ...], parts: Mapping[str, str]) -> NearDuplicates:
    """Pair films whose fingerprints differ in at most `MOST_BITS` bits, in and across folders.

    Films that could not be read are passed over; parameters as `find_identical`.
    """
    read = [one for one in films if one.facts]
    if not read:
        return NearDuplicates(pairs=())
    prints = np.stack([np.frombuffer(one.facts.fingerprint, np.uint8) for one in read if one.facts])
    found = list(islice(_near(prints), MOST_PAIRS + 1))
    pairs = [
        _alike([read[first].film, read[second].film], parts, bits)
        for first, second, bits in found[:MOST_PAIRS]
        if read[first].film.sha256 != read[second].film.sha256
    ]
    return NearDuplicates(pairs=_sorted(pairs), is_complete=len(found) <= MOST_PAIRS)


def _near(prints: NDArray[np.uint8]) -> Iterator[tuple[int, int, int]]:
    """Find fingerprints, uint8 [N, 32], that are near each other.

    Equal ones are compared once, so that a folder of blank films costs no more than one of them.

    Yields
    ------
    Places of the two, and how many bits differ.
    """
    different, owner = np.unique(prints, axis=0, return_inverse=True)
    places = np.split(np.argsort(owner, kind="stable"), np.cumsum(np.bincount(owner))[:-1])
    # Of bits the squared Euclidean distance counts those that differ.
    bits = np.unpackbits(different, axis=1).astype(np.float32)
    neighbors = NearestNeighbors(radius=float(np.sqrt(MOST_BITS + 0.5)), algorithm="brute")
    graph = neighbors.fit(bits).radius_neighbors_graph(bits, mode="distance").tocoo()
    for one, other, distance in zip(graph.row, graph.col, graph.data, strict=True):
        if one <= other:
            for first, second in product(places[one].tolist(), places[other].tolist()):
                if one != other or first < second:
                    yield min(first, second), max(first, second), round(float(distance) ** 2)


def _alike(films: list[LabelledFilm], parts: Mapping[str, str], bits: int | None = None) -> Alike:
    return Alike(films=tuple(films), parts=tuple(parts[film.name] for film in films), bits=bits)


def _sorted(found: list[Alike]) -> tuple[Alike, ...]:
    return tuple(sorted(found, key=lambda one: one.rank))
