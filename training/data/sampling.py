"""Samplers: which films an epoch shows, where one class is rarer than another."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.data.sources import LabelledFilm

__all__ = ["SAMPLERS", "Sampler", "thin_normals"]

Sampler = Callable[[NDArray[np.uint8], np.random.Generator], NDArray[np.int64]]
"""(truth uint8 [N, classes], generator) -> places of the films of an epoch, in its order."""


def _every(truth: NDArray[np.uint8], draw: np.random.Generator) -> NDArray[np.int64]:
    return draw.permutation(len(truth))


def _over(truth: NDArray[np.uint8], draw: np.random.Generator) -> NDArray[np.int64]:
    """Show every film, and those of rarer classes again, until all classes are as frequent."""
    most = max(len(mine) for mine in _by_class(truth))
    places = [np.concatenate([mine, draw.choice(mine, most - len(mine))])
              for mine in _by_class(truth)]  # fmt: skip
    return draw.permutation(np.concatenate(places))


def _under(truth: NDArray[np.uint8], draw: np.random.Generator) -> NDArray[np.int64]:
    """Show of every class as many films as the rarest has, others in every epoch."""
    fewest = min(len(mine) for mine in _by_class(truth))
    places = [draw.permutation(mine)[:fewest] for mine in _by_class(truth)]
    return draw.permutation(np.concatenate(places))


def _by_class(truth: NDArray[np.uint8]) -> list[NDArray[np.int64]]:
    """Place every film in the rarest of its classes; those without any are a class of their own."""
    order = np.argsort(truth.sum(axis=0), kind="stable")
    rarest = np.where(truth.any(axis=1), order[truth[:, order].argmax(axis=1)], -1)
    return [np.flatnonzero(rarest == place) for place in np.unique(rarest)]


SAMPLERS: Final[Mapping[str, Sampler]] = MappingProxyType(
    {"every-film": _every, "over": _over, "under": _under}
)


def thin_normals(
    films: tuple[LabelledFilm, ...], *, per_case: float, seed: int
) -> tuple[LabelledFilm, ...]:
    """Leave out films of the first class at random; test films stay as they are.

    Parameters
    ----------
    films : tuple of LabelledFilm
        Of a binary task.
    per_case : float
        How many films of the first class are kept for each of the second, at most.
    seed : int
    """
    used = [film for film in films if film.subset != "test"]
    normals = [film for film in used if film.label == 0]
    most = round(per_case * (len(used) - len(normals)))
    kept = np.random.default_rng(seed).permutation(len(normals))[:most]
    chosen = {normals[place].name for place in kept}
    return tuple(
        film for film in films if film.subset == "test" or film.label or film.name in chosen
    )
