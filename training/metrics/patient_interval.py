"""Intervals by drawing patients again: films of one child are not independent."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.spec import Interval

__all__ = ["patient_interval"]

DRAWS: Final = 2000


def patient_interval(
    figure: Callable[[NDArray[np.int64]], float],
    patients: tuple[str, ...],
    *,
    seed: int = 0,
    draws: int | None = None,
) -> Interval:
    """Find the 95 % interval of a figure.

    Parameters
    ----------
    figure : callable (indexes) -> float
        Computes it from the films at these places, which may repeat; NaN where it has no value.
    patients : tuple of str
        Of each film.
    seed : int
        Of the draws.
    draws : int, optional
        2,000 without it.

    Returns
    -------
    Interval
        The figure on all films, and the 2.5th and 97.5th percentile over the draws.

    References
    ----------
    Efron and Tibshirani 1993, chapter 13 (percentile interval); Field and Welsh 2007 for drawing
    whole clusters.
    """
    places: dict[str, list[int]] = {}
    for index, patient in enumerate(patients):
        places.setdefault(patient, []).append(index)
    groups = [np.array(group, np.int64) for group in places.values()]
    draw = np.random.default_rng(seed)
    values = []
    for _ in range(DRAWS if draws is None else draws):
        chosen = draw.integers(0, len(groups), len(groups))
        value = figure(np.concatenate([groups[place] for place in chosen]))
        if not np.isnan(value):
            values.append(value)
    low, high = np.percentile(values, [2.5, 97.5]) if values else (0.0, 1.0)
    whole = figure(np.arange(len(patients)))
    return Interval(value=float(whole), low=float(low), high=float(high))
