"""Cross-validation of one design: every fold trained, measured, and told in one table."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from cxr_app.engine.lungs import LungFinder
from cxr_app.imaging.standardise import lungs_box
from cxr_app.spec import Interval
from training.crossvalidation.design import Design, short_fold, short_form
from training.crossvalidation.figures import compared, fold_figures, scored
from training.crossvalidation.folds import SERIES, Fold, folds_of
from training.crossvalidation.probes import explained, told_apart
from training.crossvalidation.trial import FORMS, Library, Trial, key_of, read_trial, run_trial
from training.data.archive import read_films
from training.data.film_reader import AS_GIVEN
from training.data.sources import LabelledFilm
from training.data.sources.film_names import series_of
from training.errors import TrainingCode, TrainingError

__all__ = ["CrossValidation", "crossvalidate", "difference"]

log = logging.getLogger(__name__)

SHORT_OF_EACH: Final = 2  # folds by series, and folds by patient


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidation:
    """What is asked for.

    Attributes
    ----------
    design : Design
    data : Path
    lungs : LungFinder
        Finds the box of the lungs, for the probe of its shape.
    seeds : tuple of int
        Every fold is trained once with each.
    is_short : bool
        Four folds, 1,500 films, two epochs.
    run : Path
        Keeps results and what an interruption must not cost; decoded films lie beside it, for the
        next design.
    """

    design: Design
    data: Path
    lungs: LungFinder
    seeds: tuple[int, ...]
    is_short: bool
    run: Path


def crossvalidate(asked: CrossValidation) -> dict[str, Any]:
    """Train a design in every fold, measure it, and write `crossvalidation.json` into the run.

    Returns
    -------
    dict
        What that file holds: figures and probes of each trial, and the design's score.
    """
    design = short_form(asked.design) if asked.is_short else asked.design
    recipe = design.judged.recipe
    every = read_films(asked.data, recipe.data)
    test = {film.sha256 for film in every if film.subset == "test"}
    films = tuple(f for f in every if f.subset != "test" and f.sha256 not in test)
    library = Library(films=films, cache=asked.run.parent / "cache")
    trials: list[Trial] = []
    rows: list[dict[str, Any]] = []
    for fold in _chosen(folds_of(films, seed=recipe.seed), is_short=asked.is_short):
        for seed in asked.seeds:
            key = f"{key_of(design, fold)}-{seed}"
            log.info("%s, seed %d: %s", fold.name, seed, key)
            trial = run_trial(design, fold, library, seed=seed, folder=asked.run / key)
            figures = asdict(fold_figures(trial))
            probes = _probes(trial, fold, asked.lungs)
            rows.append({"fold": fold.name, "seed": seed, "trial": key, **figures, **probes})
            trials.append(trial)
            log.info("%s", json.dumps(rows[-1]))
    by_series = [
        trial for trial, row in zip(trials, rows, strict=True) if row["fold"].startswith(SERIES)
    ]
    table: dict[str, Any] = {
        "recipe": recipe.name,
        "backbone": design.judged.backbone,
        "is_short": asked.is_short,
        "forms": list(FORMS),
        "folds": rows,
        "score": _told(scored(trials)),
        "score_of_series": _told(scored(by_series)) if by_series else None,
    }
    (asked.run / "crossvalidation.json").write_text(json.dumps(table, indent=1) + "\n")
    return table


def difference(run: Path, other: Path) -> dict[str, dict[str, float]]:
    """Compare two finished cross-validations in the same folds and seeds: the first less the other.

    Raises
    ------
    TrainingError
        `data_invalid` where one is missing, or the two have other folds.
    """
    tables = [_read(place) for place in (run, other)]
    trials = [
        [read_trial(place / row["trial"]) for row in table["folds"]]
        for place, table in zip((run, other), tables, strict=True)
    ]
    keys = [
        [(row["fold"], row["seed"], table["is_short"]) for row in table["folds"]]
        for table in tables
    ]
    if keys[0] != keys[1]:
        reason = "it was done in other folds, or with other seeds"
        raise TrainingError(TrainingCode.DATA_INVALID, place=other.name, reason=reason)
    try:
        return _told(compared(*trials))
    except ValueError as error:
        reason = "it left out other films"
        raise TrainingError(TrainingCode.DATA_INVALID, place=other.name, reason=reason) from error


def _read(run: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((run / "crossvalidation.json").read_text("utf-8"))
    except (OSError, ValueError):
        reason = "there is no finished cross-validation"
        raise TrainingError(TrainingCode.DATA_INVALID, place=run.name, reason=reason) from None
    return found


def _told(figures: Mapping[str, Interval]) -> dict[str, dict[str, float]]:
    return {name: asdict(figure) for name, figure in figures.items()}


def _chosen(folds: tuple[Fold, ...], *, is_short: bool) -> tuple[Fold, ...]:
    if not is_short:
        return folds
    by_series = [fold for fold in folds if fold.is_series][:SHORT_OF_EACH]
    by_patient = [fold for fold in folds if not fold.is_series][:SHORT_OF_EACH]
    return tuple(short_fold(fold, seed=0) for fold in (*by_series, *by_patient))


def _probes(trial: Trial, fold: Fold, lungs: LungFinder) -> dict[str, float | None]:
    """Ask what the features tell of a film's shape, series and file: the less, the better."""
    films = {film.name: film for film in fold.left_out}
    mine = [films[str(name)] for name in trial.names]
    patients = trial.patients.tolist()
    ratios = np.array([_ratio_of_lungs(film, lungs) for film in mine])
    known = np.isfinite(ratios)
    chosen = [patient for patient, is_known in zip(patients, known, strict=True) if is_known]
    sizes = np.log([film.path.stat().st_size for film in mine])
    series = [series_of(film.name) for film in mine]
    names = sorted({name for name in series if name})
    told: dict[str, float | None] = {
        "box_ratio_r2": explained(trial.pooled[known], np.log(ratios[known]), chosen),
        "file_size_r2": explained(trial.pooled, sizes, patients),
        "series_auc": None,
    }
    if len(names) > 1:
        normal = np.array([name is not None for name in series])
        told["series_auc"] = told_apart(
            trial.pooled[normal],
            np.array([int(name == names[0]) for name in series if name]),
            [patient for patient, name in zip(patients, series, strict=True) if name],
        )
    return told


def _ratio_of_lungs(film: LabelledFilm, lungs: LungFinder) -> float:
    """Width over height of the lungs' box in the squashed film; NaN where there is none."""
    grey = AS_GIVEN.read(film)[:, :, 0]
    box = lungs_box(lungs.find(grey), margin=0.0)
    return (box.right - box.left) / (box.bottom - box.top) if box else float("nan")
