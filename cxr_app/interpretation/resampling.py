"""Drawing the test's patients again, and all figures from the same draws."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.interpretation.official_test import OfficialTest
from cxr_app.spec import Interval

__all__ = ["DRAWS", "Resampled", "interval", "resample"]

DRAWS: Final = 2000
# A table of draws stays below 40 MB: a test of more than 5,000 patients gets fewer draws.
MAX_CELLS: Final = 10**7


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampled:
    """The official test, drawn many times.

    A patient comes with all films, since films of one child are not independent. Sensitivity,
    specificity and what became of films with one score are found from the same draws, so figures
    that are made of them have intervals that respect how they hang together.

    Attributes
    ----------
    test : OfficialTest
    times : ndarray, float32 [patients, draws]
        How often each patient was drawn.
    class_sizes : ndarray, float32 [2, draws]
        How many films of the negative and of the positive class were drawn.
    chances : ndarray, float64 [2, draws]
        Uniform, 0..1; for what was never seen on the test, see `shares`.
    """

    test: OfficialTest
    times: NDArray[np.float32] = field(repr=False)
    class_sizes: NDArray[np.float32] = field(repr=False)
    chances: NDArray[np.float64] = field(repr=False)

    def shares(
        self, which: NDArray[np.bool_], *, among_positive: bool
    ) -> tuple[float, NDArray[np.float64]]:
        """Find which share of a class's films has a property, on all films and by draw.

        Drawing again cannot produce what did not happen once: a share of 0 or 1 would be drawn as
        exactly that each time, as if it were certain. Then the share is drawn from what the
        number of the class's patients leaves possible instead; the 97.5th percentile of these is
        the exact upper limit of Clopper and Pearson, the "rule of three".

        Parameters
        ----------
        which : ndarray, bool [N]
            Whether a film has the property.
        among_positive : bool
            Of the positive class, or else of the negative one.

        Returns
        -------
        float
            0..1.
        ndarray, float64 [draws]
            NaN where no film of the class was drawn.

        References
        ----------
        Efron and Tibshirani 1993, "An introduction to the bootstrap", chapter 13; Field and Welsh
        2007 for drawing whole clusters; Hanley and Lippman-Hand 1983, JAMA 249:1743, "If nothing
        goes wrong, is everything all right?".
        """
        of_class = self.test.is_positive == among_positive
        has_it = which & of_class
        share = float(has_it.sum() / of_class.sum())
        if not 0 < share < 1:
            n_patients = len(np.unique(self.test.patient[of_class]))
            unseen = 1 - self.chances[int(among_positive)] ** (1 / n_patients)
            return share, unseen if share == 0 else 1 - unseen
        drawn = _drawn_films(self.test, self.times, has_it)
        with np.errstate(invalid="ignore"):
            return share, drawn.astype(np.float64) / self.class_sizes[int(among_positive)]


def resample(test: OfficialTest, *, draws: int = DRAWS, seed: int = 0) -> Resampled:
    """Draw a test's patients with replacement, as many as there are."""
    n_patients = test.n_patients
    count = max(1, min(draws, MAX_CELLS // n_patients))
    random = np.random.default_rng(seed)
    times = np.empty((n_patients, count), np.float32)
    for place in range(count):
        drawn = random.integers(0, n_patients, n_patients)
        times[:, place] = np.bincount(drawn, minlength=n_patients)
    classes = (~test.is_positive, test.is_positive)
    class_sizes = np.stack([_drawn_films(test, times, films) for films in classes])
    chances = random.random((2, count))
    for array in (times, class_sizes, chances):
        array.flags.writeable = False
    return Resampled(test=test, times=times, class_sizes=class_sizes, chances=chances)


def interval(value: float, drawn: NDArray[np.float64]) -> Interval:
    """Give a figure its 95 % interval.

    Parameters
    ----------
    value : float
        On all films; 0..1.
    drawn : ndarray, float64 [draws]
        By draw; NaN where it has no value.

    Returns
    -------
    Interval
        From the 2.5th to the 97.5th percentile, and the figure itself where it lies beyond;
        0 to 1 where no draw has a value.
    """
    known = drawn[~np.isnan(drawn)]
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (0.0, 1.0)
    return Interval(value=value, low=min(float(low), value), high=max(float(high), value))


def _drawn_films(
    test: OfficialTest, times: NDArray[np.float32], films: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Count how many of these films were drawn, by draw."""
    counts = np.bincount(test.patient[films], minlength=len(times)).astype(np.float32)
    theirs = np.flatnonzero(counts)  # few, for films with one score
    # Not by `@`: its threads wait for each other where the network has all cores.
    found: NDArray[np.float32] = np.einsum("p,pd->d", counts[theirs], times[theirs])
    return found
