"""Films to arrays: every film is decoded once, by the app's own code, and kept at network size."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from cxr_app.errors import Rejected
from training.data.film_reader import AS_GIVEN, FilmReader
from training.data.reduction import shrink
from training.data.sources import LabelledFilm, data_sha256
from training.errors import TrainingCode, TrainingError

__all__ = ["Prepared", "join", "prepare", "truth_of"]

# Raise it when a pixel could come out otherwise: it is part of the cache's key.
_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Films as the backbone sees them.

    Attributes
    ----------
    pictures : ndarray, uint8 [N, size, size, 1]
        In the order of `films`.
    truth : ndarray, uint8 [N, C]
        1 where the film is of a class.
    films : tuple of LabelledFilm
        Those that could be read.
    joined : tuple of Prepared
        The parts that these films were put together from, in their order; empty for one part.
    """

    pictures: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    films: tuple[LabelledFilm, ...]
    joined: "tuple[Prepared, ...]" = ()

    @property
    def weights(self) -> NDArray[np.float32]:
        """How much each film counts in training beside the others, float32 [N]."""
        return np.array([film.weight for film in self.films], np.float32)


def join(*parts: Prepared) -> Prepared:
    """Put parts together, one after another."""
    return Prepared(
        pictures=np.concatenate([part.pictures for part in parts]),
        truth=np.concatenate([part.truth for part in parts]),
        films=tuple(film for part in parts for film in part.films),
        joined=parts,
    )


def truth_of(classes: tuple[tuple[int, ...], ...], n_classes: int) -> NDArray[np.uint8]:
    """Write the classes of films as a table.

    Returns
    -------
    ndarray, uint8 [N, n_classes]
        1 where the film is of the class.
    """
    truth = np.zeros((len(classes), n_classes), np.uint8)
    for row, places in zip(truth, classes, strict=True):
        row[list(places)] = 1
    return truth


def prepare(
    films: tuple[LabelledFilm, ...],
    *,
    n_classes: int,
    size: int,
    cache: Path,
    reader: FilmReader = AS_GIVEN,
) -> Prepared:
    """Decode films to arrays, or take them from the cache.

    Parameters
    ----------
    films : tuple of LabelledFilm
    n_classes : int
    size : int
        Side in pixels.
    cache : Path
        Folder for the arrays; the key is the films' hashes and order, the size, the reader and this
        code.
    reader : FilmReader

    Raises
    ------
    TrainingError
        `data_invalid` where more than one film in a hundred cannot be read.
    """
    order = "\n".join(film.sha256 for film in films)
    key = hashlib.sha256(
        f"{_VERSION} {size} {data_sha256(films)} {order}{reader.identity}".encode()
    ).hexdigest()
    place = cache / f"films-{key[:16]}.npz"
    if place.is_file():
        with np.load(place, allow_pickle=False) as stored:
            return _joined(films, stored["pictures"], stored["readable"], n_classes)
    pictures = np.zeros((len(films), size, size, 1), np.uint8)
    readable = np.zeros(len(films), np.bool_)
    for index, film in enumerate(tqdm(films, desc="films", unit="film", leave=False)):
        try:
            pictures[index] = shrink(reader.read(film), size)
            readable[index] = True
        except Rejected as error:
            tqdm.write(f"left out: {film.name}: {error}")
    if (~readable).sum() * 100 > len(films):
        raise TrainingError(
            TrainingCode.DATA_INVALID,
            place="films",
            reason=f"{(~readable).sum()} of {len(films)} films cannot be read",
        )
    cache.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_suffix(".part.npz")
    np.savez(unfinished, pictures=pictures, readable=readable)
    unfinished.rename(place)
    return _joined(films, pictures, readable, n_classes)


def _joined(
    films: tuple[LabelledFilm, ...],
    pictures: NDArray[np.uint8],
    readable: NDArray[np.bool_],
    n_classes: int,
) -> Prepared:
    kept = tuple(film for film, is_readable in zip(films, readable, strict=True) if is_readable)
    truth = truth_of(tuple(film.classes for film in kept), n_classes)
    return Prepared(pictures=pictures[readable], truth=truth, films=kept)
