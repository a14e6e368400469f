"""Patient numbers that stand in more than one of the archive's folders."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from training.data.sources import LabelledFilm

__all__ = ["FOLDERS", "SharedPatients", "find_shared"]

FOLDERS: Final = ("train", "val", "test")
"""The archive's own, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPatients:
    """Patient numbers that two folders share; nobody knows whether they are the same people.

    Attributes
    ----------
    folders : tuple of two str
    patients : int
        How many numbers.
    films : tuple of LabelledFilm
        Of these numbers in the two folders.
    """

    folders: tuple[str, str]
    patients: int
    films: tuple[LabelledFilm, ...]

    def films_in(self, folder: str) -> int:
        """Count the films in one of the folders."""
        return sum(film.subset == folder for film in self.films)


def find_shared(films: tuple[LabelledFilm, ...]) -> tuple[SharedPatients, ...]:
    """Find them for each two folders that share any; the test folder first."""
    mine: dict[str, list[LabelledFilm]] = defaultdict(list)
    for film in films:
        mine[film.patient].append(film)
    found = []
    for pair in sorted(combinations(FOLDERS, 2), key=lambda pair: "test" not in pair):
        shared = [group for group in mine.values() if set(pair) <= {film.subset for film in group}]
        if shared:
            concerned = (film for group in shared for film in group if film.subset in pair)
            found.append(
                SharedPatients(
                    folders=pair,
                    patients=len(shared),
                    films=tuple(sorted(concerned, key=lambda film: film.name)),
                )
            )
    return tuple(found)
