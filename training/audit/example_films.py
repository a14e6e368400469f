"""Which films are shown: a few of each class, of different patients."""

from typing import Final

import numpy as np

from training.data.sources import LabelledFilm

__all__ = ["choose_samples"]

MOST_FILMS: Final = 24
MOST_OF_A_KIND: Final = 8


def choose_samples(
    films: tuple[LabelledFilm, ...], n_labels: int, *, seed: int
) -> tuple[LabelledFilm, ...]:
    """Draw films to be shown; no test film, and no copy of one.

    Parameters
    ----------
    films : tuple of LabelledFilm
    n_labels : int
    seed : int
        Of the draw.

    Returns
    -------
    tuple of LabelledFilm
        By label, films without one last; each film once.
    """
    test = {film.sha256 for film in films if film.subset == "test"}
    order = np.random.default_rng(seed).permutation(len(films))
    drawn = [films[place] for place in order if films[place].sha256 not in test]
    kinds: list[int | None] = [*range(n_labels), None]
    each = min(MOST_OF_A_KIND, max(1, MOST_FILMS // len(kinds)))
    chosen: dict[str, LabelledFilm] = {}
    for kind in kinds:
        by_patient: dict[str, LabelledFilm] = {}
        for film in drawn:
            is_of_kind = kind in film.classes if kind is not None else not film.classes
            if is_of_kind and film.name not in chosen:
                by_patient.setdefault(film.patient, film)
        chosen |= {film.name: film for film in [*by_patient.values()][:each]}
    return tuple(chosen.values())
