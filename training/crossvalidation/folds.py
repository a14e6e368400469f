"""Folds: the films that a training leaves out, by whole series of normal films or by patient.

Validation by patient does not see what a series of films costs that no training has met: films of
one series were taken and stored alike. So two folds leave out a series of the normal films whole,
together with a fifth of the patients of the other class.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.data.sources import LabelledFilm
from training.data.sources.film_names import series_of
from training.data.splits import patient_groups

__all__ = ["SERIES", "Fold", "folds_of"]

SERIES: Final = "series"  # begins the name of a fold that leaves one out
FIFTHS: Final = 5
KNOWN_VALIDATION: Final = 0.1  # share of the known patients; they choose epoch and threshold

Films = tuple[LabelledFilm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One training and what it is measured on; no patient stands in two parts.

    Attributes
    ----------
    name : str
        "series NORMAL2-IM", or "patients 3".
    fit, validation : tuple of LabelledFilm
        Known to the training: films to fit on, and those that choose its epoch and threshold.
    left_out : tuple of LabelledFilm
        Unknown to it.
    """

    name: str
    fit: Films
    validation: Films
    left_out: Films

    @property
    def is_series(self) -> bool:
        """Whether a whole series of normal films is left out."""
        return self.name.startswith(SERIES)


def folds_of(films: Films, *, seed: int) -> tuple[Fold, ...]:
    """Make the folds of an archive of two classes: first those by series, then five by patient.

    Parameters
    ----------
    films : tuple of LabelledFilm
        Without test films.
    seed : int
        Of the order in which patients are drawn.
    """
    groups = [tuple(group) for group in patient_groups(films)]
    draw = np.random.default_rng(seed)
    fifths: dict[int, int] = {}
    for label in (0, 1):
        mine = [place for place, group in enumerate(groups) if _label(group) == label]
        for number, place in enumerate(draw.permutation(mine).tolist()):
            fifths[place] = number % FIFTHS
    series = sorted({name for film in films if film.label == 0 and (name := series_of(film.name))})
    found = []
    for number, name in enumerate(series if len(series) > 1 else ()):
        chosen = [
            place
            for place, group in enumerate(groups)
            if (_label(group) == 1 and fifths[place] == number % FIFTHS)
            or (_label(group) == 0 and any(series_of(film.name) == name for film in group))
        ]
        found.append(_fold(f"{SERIES} {name}", groups, chosen, seed=seed))
    for number in range(FIFTHS):
        chosen = [place for place in range(len(groups)) if fifths[place] == number]
        found.append(_fold(f"patients {number + 1}", groups, chosen, seed=seed))
    return tuple(found)


def _label(group: Films) -> int:
    return max(film.label for film in group)


def _fold(name: str, groups: list[Films], left_out: list[int], *, seed: int) -> Fold:
    out = set(left_out)
    known = [place for place in range(len(groups)) if place not in out]
    draw = np.random.default_rng((seed, len(known)))
    validation = set()
    for label in (0, 1):
        mine = [place for place in known if _label(groups[place]) == label]
        validation |= set(draw.permutation(mine)[: round(KNOWN_VALIDATION * len(mine))].tolist())
    parts = (set(known) - validation, validation, out)
    fit, chosen, unknown = (tuple(_films(groups, part)) for part in parts)
    return Fold(name=name, fit=fit, validation=chosen, left_out=unknown)


def _films(groups: list[Films], places: set[int]) -> Iterator[LabelledFilm]:
    for place in sorted(places):
        yield from groups[place]
