"""Sharp copies: a larger file of the same film in place of the small one."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from training.data.sources import LabelledFilm, film_sha256, read_class_folders
from training.errors import TrainingCode, TrainingError

__all__ = ["with_sharp_copies"]


def with_sharp_copies(
    films: tuple[LabelledFilm, ...], folder: Path, labels: tuple[str, ...], *, seed: int
) -> tuple[LabelledFilm, ...]:
    """Take sharp copies at the same rate in every class: else their presence tells the label.

    Parameters
    ----------
    films : tuple of LabelledFilm
        Those to be fitted.
    folder : Path
        Holds LABEL/name for some of them, under the very same names.
    labels : tuple of str
    seed : int
        Chooses where a class has more copies than the rate needs.

    Returns
    -------
    tuple of LabelledFilm
        In the same order; patients and labels as they were.

    Raises
    ------
    TrainingError
        `data_invalid` where no class, or not every class, has a copy.
    """
    found = [copy for copy in read_class_folders(folder, labels) if copy.subset != "test"]
    copies = {(copy.label, copy.path.name): copy.path for copy in found}
    if len(copies) < len(found):
        reason = "two of its films of one class bear the same name"
        raise TrainingError(TrainingCode.DATA_INVALID, place=folder.name, reason=reason)
    having = [
        [i for i, film in enumerate(films) if film.label == label and _key(film) in copies]
        for label in range(len(labels))
    ]
    counts = [sum(film.label == label for film in films) for label in range(len(labels))]
    rate = min(len(places) / count for places, count in zip(having, counts, strict=True))
    if rate == 0:
        reason = "not every class has a film of the same name as one to be fitted"
        raise TrainingError(TrainingCode.DATA_INVALID, place=folder.name, reason=reason)
    draw = np.random.default_rng(seed)
    chosen: set[int] = set()
    for places, count in zip(having, counts, strict=True):
        chosen |= set(draw.permutation(places)[: round(rate * count)].tolist())
    return tuple(
        _copied(film, copies[_key(film)]) if place in chosen else film
        for place, film in enumerate(films)
    )


def _key(film: LabelledFilm) -> tuple[int, str]:
    return film.label, film.path.name


def _copied(film: LabelledFilm, path: Path) -> LabelledFilm:
    return replace(film, path=path, sha256=film_sha256(path))
