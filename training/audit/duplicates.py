"""Films that are there more than once: by their bytes, and by what they show."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.audit.image_statistics import FINGERPRINT_BITS, MeasuredFilm
from training.data.sources import LabelledFilm

__all__ = ["MOST_BITS", "Alike", "NearDuplicates", "find_identical", "find_near"]

MOST_BITS: Final = 8
"""Of 256. Measured on the Kermany archive, where an equal picture is known by its bytes: at 8 bits
39 pairs, 34 of them identical files, none across its folders; at 10 bits 65 pairs, where different
children match too. A match is a reason to look at both films, and proves nothing."""

MOST_PAIRS: Final = 20_000
"""Blank films are all alike: a folder of 10,000 of them has 50 million pairs."""

_CELLS: Final = 2**19
"""Distances at a time, which stay in the processor's cache: 30,000 films take 2.5 seconds so, and 5
with four times as many."""


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
        """Whether they stand in several of the archive's folders."""
        return len({film.subset for film in self.films}) > 1

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
        False where there are so many that the search was ended.
    """

    pairs: tuple[Alike, ...]
    is_complete: bool = True


def find_identical(films: tuple[LabelledFilm, ...], parts: Mapping[str, str]) -> tuple[Alike, ...]:
    """Group films whose files are equal byte by byte.

    Parameters
    ----------
    films : tuple of LabelledFilm
    parts : mapping of str to str
        Name of a film to what it is used for.

    Returns
    -------
    tuple of Alike
        Worst first.
    """
    groups: dict[str, list[LabelledFilm]] = defaultdict(list)
    for film in films:
        groups[film.sha256].append(film)
    found = [_alike(group, parts) for group in groups.values() if len(group) > 1]
    return tuple(sorted(found, key=lambda one: one.rank))


def find_near(films: tuple[MeasuredFilm, ...], parts: Mapping[str, str]) -> NearDuplicates:
    """Pair films whose fingerprints differ in at most `MOST_BITS` bits, in and across folders.

    Films that could not be read are passed over; parameters as `find_identical`.
    """
    read = [one for one in films if one.facts]
    prints = b"".join(one.facts.fingerprint for one in read if one.facts)
    pairs: list[Alike] = []
    found = _near(np.frombuffer(prints, np.uint64).reshape(-1, FINGERPRINT_BITS // 64))
    for looked_at, (first, second, bits) in enumerate(found):
        if looked_at == MOST_PAIRS:
            return NearDuplicates(pairs=_sorted(pairs), is_complete=False)
        two = [read[first].film, read[second].film]
        if two[0].sha256 != two[1].sha256:
            pairs.append(_alike(two, parts, bits))
    return NearDuplicates(pairs=_sorted(pairs))


def _near(prints: NDArray[np.uint64]) -> Iterator[tuple[int, int, int]]:
    """Compare every fingerprint, uint64 [N, 4], with every later one, many at a time.

    Yields
    ------
    Places of the two, and how many bits differ.
    """
    words = np.ascontiguousarray(prints.T)
    start = 0
    while start < len(prints):
        others = words[:, start:]
        block = others[:, : max(1, _CELLS // others.shape[1])]
        distance = np.zeros((block.shape[1], others.shape[1]), np.uint16)
        for mine, theirs in zip(block, others, strict=True):
            distance += np.bitwise_count(mine[:, np.newaxis] ^ theirs)
        for one, other in np.argwhere(distance <= MOST_BITS):
            if one < other:
                yield start + int(one), start + int(other), int(distance[one, other])
        start += block.shape[1]


def _alike(films: list[LabelledFilm], parts: Mapping[str, str], bits: int | None = None) -> Alike:
    return Alike(films=tuple(films), parts=tuple(parts[film.name] for film in films), bits=bits)


def _sorted(pairs: list[Alike]) -> tuple[Alike, ...]:
    return tuple(sorted(pairs, key=lambda one: one.rank))
