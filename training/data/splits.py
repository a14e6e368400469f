"""Splits by patient: fit, validation and calibration films share no child."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.data.sources import LabelledFilm
from training.errors import TrainingCode, TrainingError
from training.recipes.data import DataRecipe

__all__ = ["Split", "patient_groups", "split_by_patient"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Films by what they are used for; no patient and no identical file stands in two.

    Attributes
    ----------
    fit : tuple of LabelledFilm
        Weights are fitted on these.
    validation : tuple of LabelledFilm
        Choose the candidate and the epoch.
    calibration : tuple of LabelledFilm
        Calibrate, and nothing else.
    """

    fit: tuple[LabelledFilm, ...]
    validation: tuple[LabelledFilm, ...]
    calibration: tuple[LabelledFilm, ...]


def split_by_patient(films: tuple[LabelledFilm, ...], data: DataRecipe, *, seed: int) -> Split:
    """Split the archive's train and val films; its test films, and copies of them, are left aside.

    Patients are drawn in random order, class by class, until each part holds its share of the
    films; a patient with several classes counts as one of the rarest of them. Two patient numbers
    that share an identical file are one patient.

    Parameters
    ----------
    films : tuple of LabelledFilm
        All films of the data set.
    data : DataRecipe
        The shares.
    seed : int
        Of the order in which patients are drawn.

    Raises
    ------
    TrainingError
        `data_invalid` where a part would lack a class.
    """
    _warn(films)
    test = {film.sha256 for film in films if film.subset == "test"}
    groups = patient_groups([f for f in films if f.subset != "test" and f.sha256 not in test])
    draw = np.random.default_rng(seed)
    parts: dict[str, list[LabelledFilm]] = {"fit": [], "validation": [], "calibration": []}
    strata = _strata(groups, len(data.labels))
    for stratum in range(-1, len(data.labels)):
        mine = [group for group, place in zip(groups, strata, strict=True) if place == stratum]
        order = draw.permutation(len(mine))
        total = sum(len(group) for group in mine)
        left = {"validation": data.validation * total, "calibration": data.calibration * total}
        for index in order:
            group = mine[index]
            # A group goes where at least half of it still fits, so that one patient with thirty
            # films does not flood a small part.
            part = next((name for name in left if left[name] >= len(group) / 2), "fit")
            if part != "fit":
                left[part] -= len(group)
            parts[part] += group
    for part, members in parts.items():
        present = {place for film in members for place in film.classes}
        lacking = [name for i, name in enumerate(data.labels) if i not in present]
        if lacking:
            raise TrainingError(
                TrainingCode.DATA_INVALID,
                place="split",
                reason=f"the {part} films hold no {lacking[0]}; "
                "more patients of that class are needed",
            )
    return Split(**{part: tuple(sorted(m, key=lambda f: f.name)) for part, m in parts.items()})


def _strata(groups: list[list[LabelledFilm]], n_classes: int) -> list[int]:
    """Name for each patient the class that is rarest among all films; -1 for one without any."""
    counts = [0] * n_classes
    for group in groups:
        for film in group:
            for place in film.classes:
                counts[place] += 1
    return [
        min((place for film in group for place in film.classes), key=counts.__getitem__, default=-1)
        for group in groups
    ]


def _warn(films: tuple[LabelledFilm, ...]) -> None:
    """Say what is not known of the patients."""
    alone = sum(film.is_own_patient for film in films)
    if alone:
        log.warning("%d films name no patient; each counts as a patient of its own", alone)
    subsets = defaultdict(set)
    for film in films:
        subsets[film.patient].add(film.subset)
    shared = sum("test" in where and len(where) > 1 for where in subsets.values())
    if shared:
        log.warning(
            "%d patient numbers stand in test and in another folder; whether these are the same "
            "patients is not known",
            shared,
        )


def patient_groups(films: Sequence[LabelledFilm]) -> list[list[LabelledFilm]]:
    """Group films that share a patient number or their bytes, in a fixed order."""
    parent = {film.patient: film.patient for film in films}

    def root(patient: str) -> str:
        while parent[patient] != patient:
            patient = parent[patient]
        return patient

    first_with: dict[str, str] = {}
    for film in films:
        twin = first_with.setdefault(film.sha256, film.patient)
        parent[root(film.patient)] = root(twin)
    groups = defaultdict(list)
    for film in films:
        groups[root(film.patient)].append(film)
    return [groups[name] for name in sorted(groups)]
