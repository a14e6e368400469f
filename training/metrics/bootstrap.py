"""Intervals by drawing patients again: films of one child are not independent."""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cxr_app.spec import Interval
from training.metrics.scores import Weights

__all__ = ["Figures", "bootstrap_intervals"]

Figures: TypeAlias = Callable[[Weights], NDArray[np.float64]]
"""(how often each film was drawn [draws, N]) -> figures [draws, K]; NaN where one has no value."""

DRAWS: Final = 2000
# Draws are computed together as long as their weights stay below this: 16 MiB of float64.
AT_ONCE: Final = 2**21


def bootstrap_intervals(
    figures: Figures, patients: tuple[str, ...], *, seed: int = 0, draws: int | None = None
) -> list[Interval]:
    """Find the 95 % intervals of several figures from the same draws of patients.

    Parameters
    ----------
    figures : callable (float64 [draws, N]) -> float64 [draws, K]
    patients : tuple of str
        Of each of the N films.
    seed : int
        Of the draws.
    draws : int, optional
        2,000 without it.

    Returns
    -------
    list of Interval
        K; each the figure on all films, and the 2.5th and 97.5th percentile over the draws in
        which it has a value; 0 and 1 where it has one in none.

    References
    ----------
    Efron and Tibshirani 1993, chapter 13 (percentile interval); Field and Welsh 2007 for drawing
    whole clusters.
    """
    numbers = {patient: place for place, patient in enumerate(dict.fromkeys(patients))}
    owner = np.array([numbers[patient] for patient in patients], np.int64)
    draw = np.random.default_rng(seed)
    left = DRAWS if draws is None else draws
    values = []
    while left:
        count = min(left, max(1, AT_ONCE // len(patients)))
        left -= count
        drawn = [draw.integers(0, len(numbers), len(numbers)) for _ in range(count)]
        times = np.stack([np.bincount(one, minlength=len(numbers)) for one in drawn])
        values.append(figures(times[:, owner].astype(np.float64)))
    whole = figures(np.ones((1, len(patients))))[0]
    columns = np.concatenate(values).T if values else np.empty((len(whole), 0))
    return [_interval(value, column) for value, column in zip(whole, columns, strict=True)]


def _interval(value: float, drawn: NDArray[np.float64]) -> Interval:
    known = drawn[~np.isnan(drawn)]
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (0.0, 1.0)
    return Interval(value=float(value), low=float(low), high=float(high))
