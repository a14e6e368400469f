"""Shortcuts: how well a number that says nothing about the lungs predicts the label."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import StratifiedGroupKFold

from cxr_app.spec import Interval, Task
from training.audit.image_statistics import FilmFacts, MeasuredFilm, open_films
from training.data.preparation import truth_of
from training.metrics.bootstrap import bootstrap_intervals
from training.metrics.scores import auc, balanced_weights

__all__ = ["COMBINED", "NEITHER", "NUMBERS", "WARN_ABOVE", "Shortcut", "shortcuts"]

NUMBERS: Final[Mapping[str, Callable[[FilmFacts], float]]] = MappingProxyType(
    {
        "width": lambda facts: float(facts.width),
        "height": lambda facts: float(facts.height),
        "aspect": lambda facts: facts.aspect,
        "file size": lambda facts: float(facts.n_bytes),
        "bytes per pixel": lambda facts: facts.bytes_per_pixel,
        "border brightness": lambda facts: facts.border,
        "mean brightness": lambda facts: facts.mean,
        "contrast": lambda facts: facts.contrast,
    }
)

COMBINED: Final = "width, height, aspect and file size together"
NEITHER: Final = "neither"
WARN_ABOVE: Final = 0.70
DRAWS: Final = 300
FOLDS: Final = 5
LEAF_FILMS: Final = 20  # the fewest in a leaf of a tree, so that it learns no single films
FEWEST_FILMS: Final = 5 * LEAF_FILMS  # with fewer, trees have nothing to part


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """What one number alone tells of one label.

    Attributes
    ----------
    label : str
        That is told from the others.
    name : str
        Of the number, an entry of `NUMBERS` or `COMBINED`.
    auc : Interval
        0.5 is chance, 1 gives the label away. Of a single number at least 0.5: where it is lower in
        films of the label, it is counted the other way around, and `higher_in` says so.
    higher_in : str
        The films in which the number is higher: `label`, the name of the others, or "neither".
    """

    label: str
    name: str
    auc: Interval
    higher_in: str

    @property
    def is_warning(self) -> bool:
        """Whether a network could learn this instead of the disease."""
        return self.auc.value > WARN_ABOVE

    @property
    def sentence(self) -> str:
        """Say it in words."""
        figure = f"AUC {self.auc.value:.3f} ({self.auc.low:.3f}-{self.auc.high:.3f})"
        if self.name == COMBINED:
            return f"{self.name} predict {self.label}, {figure}"
        few = ", which may be chance with so few films" if self.auc.low <= 0.5 else ""
        return f"{self.name} alone predicts {self.label}, {figure}, higher in {self.higher_in}{few}"


def shortcuts(
    films: Sequence[MeasuredFilm], labels: tuple[str, ...], task: Task
) -> tuple[Shortcut, ...]:
    """Measure how well each number alone tells each label; test films are passed over.

    Parameters
    ----------
    films : sequence of MeasuredFilm
        From `training.audit.measure`.
    labels : tuple of str
        In the order of the recipe; of two that exclude each other the last one is told.
    task : Task
        Whether labels exclude each other.

    Returns
    -------
    tuple of Shortcut
        By label, the label with the worst shortcut first, and its worst first; none for a label
        that all films have, or none.
    """
    read = open_films(films)
    if not read:
        return ()
    truth = truth_of(tuple(one.film.classes for one in read), len(labels)).astype(np.int64)
    patients = tuple(one.film.patient for one in read)
    numbers = {
        name: np.array([number(one.facts) for one in read if one.facts])
        for name, number in NUMBERS.items()
    }
    told = []
    for place, label in enumerate(labels):
        if (task is Task.BINARY and place == 0) or len(np.unique(truth[:, place])) < 2:
            continue
        others = labels[0] if task is Task.BINARY else f"films without {label}"
        found = [
            _alone(name, values, truth[:, place], patients=patients, names=(others, label))
            for name, values in numbers.items()
        ]
        found += _combined(numbers, truth[:, place], patients, label)
        told.append(sorted(found, key=lambda one: -one.auc.value))
    return tuple(one for found in sorted(told, key=lambda f: -f[0].auc.value) for one in found)


def _alone(
    name: str,
    values: NDArray[np.float64],
    truth: NDArray[np.int64],
    *,
    patients: tuple[str, ...],
    names: tuple[str, str],
) -> Shortcut:
    """Measure one number in the direction that it has on all the films."""
    whole = auc(truth, values, np.ones((1, len(truth))))[0]
    directed = values if whole >= 0.5 else -values
    return Shortcut(
        label=names[1],
        name=name,
        auc=_interval(truth, directed, patients),
        higher_in=NEITHER if whole == 0.5 else names[int(whole > 0.5)],
    )


def _combined(
    numbers: dict[str, NDArray[np.float64]],
    truth: NDArray[np.int64],
    patients: tuple[str, ...],
    label: str,
) -> list[Shortcut]:
    """Let trees learn size, shape and bytes, and ask them for films of patients not seen.

    Nothing where there are too few films, or patients of a kind, to hold some back.
    """
    codes = np.unique(patients, return_inverse=True)[1]
    folds = min(FOLDS, *(len(np.unique(codes[truth == side])) for side in (0, 1)))
    if len(truth) < FEWEST_FILMS or folds < 2:
        return []
    facts = np.column_stack([numbers[n] for n in ("width", "height", "aspect", "file size")])
    scores = np.zeros(len(truth))
    for known, held in StratifiedGroupKFold(folds, shuffle=True, random_state=0).split(
        facts, truth, codes
    ):
        if len(np.unique(truth[known])) < 2:
            return []
        # By one thread: the quicker kind, of many threads, takes ten times as long where others
        # keep the processor busy. Balanced: trees that find nothing then answer 0.5 in each fold,
        # and not its prevalence, which is lower where more films of the label were held back.
        trees = GradientBoostingClassifier(
            n_estimators=60, max_depth=3, min_samples_leaf=LEAF_FILMS, random_state=0
        )
        trees.fit(facts[known], truth[known], sample_weight=balanced_weights(truth[known]))
        scores[held] = trees.predict_proba(facts[held])[:, 1]
    interval = _interval(truth, scores, patients)
    return [Shortcut(label=label, name=COMBINED, auc=interval, higher_in=label)]


def _interval(
    truth: NDArray[np.int64], scores: NDArray[np.float64], patients: tuple[str, ...]
) -> Interval:
    (found,) = bootstrap_intervals(
        lambda weights: auc(truth, scores, weights)[:, np.newaxis], patients, draws=DRAWS
    )
    return found
