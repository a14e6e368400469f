"""The bootstrap of patients as a book has it, slowly: films are copied, one draw after another."""

from collections.abc import Callable

import numpy as np

__all__ = ["slow_interval"]


def slow_interval(
    figure: Callable[[np.ndarray], float], patients: tuple[str, ...], *, draws: int = 2000
) -> tuple[float, float, float]:
    """Find a figure of the films at some places, and its 95 % interval."""
    groups = [np.flatnonzero(np.array(patients) == one) for one in dict.fromkeys(patients)]
    draw = np.random.default_rng(0)
    chosen = [draw.integers(0, len(groups), len(groups)) for _ in range(draws)]
    values = [figure(np.concatenate([groups[place] for place in one])) for one in chosen]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return figure(np.arange(len(patients))), low, high
