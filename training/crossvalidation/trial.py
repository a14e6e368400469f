"""One training of a design in one fold, and what it says of the films that it left out."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

from training.crossvalidation.design import Design, Stage
from training.crossvalidation.folds import Fold
from training.data.preparation import Prepared, prepare
from training.data.sources import LabelledFilm
from training.evaluation.perturbations import Form, swapped_by_crop
from training.learning.fit import FitRun
from training.learning.progress import EPOCH_SCORES
from training.learning.training import TrainingTask, train
from training.metrics.probabilities import second_class
from training.networks.freezing import network_of
from training.networks.teacher import FittedTeacher
from training.networks.weights import FirstWeights

__all__ = ["FORMS", "PLAIN", "Library", "Trial", "key_of", "read_trial", "run_trial"]

PLAIN: Final = "plain"
FORMS: Final[Mapping[str, Form | None]] = {
    PLAIN: None,
    "shapes swapped, 6 %": swapped_by_crop(0.06),
    "shapes swapped, 9.4 %": swapped_by_crop(0.094),
}
AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a training says.

    Attributes
    ----------
    known : ndarray, float64 [K]
        Probability of the looked-for class of the known films that chose epoch and threshold.
    known_labels : ndarray, int64 [K]
    probability : ndarray, float64 [forms, N]
        Of the films left out, in each of `FORMS`.
    labels : ndarray, int64 [N]
    names, patients : ndarray of str [N]
    pooled : ndarray, float32 [N, k]
        Features of the plain films left out, for probes.
    """

    known: NDArray[np.float64]
    known_labels: NDArray[np.int64]
    probability: NDArray[np.float64]
    labels: NDArray[np.int64]
    names: NDArray[np.str_]
    patients: NDArray[np.str_]
    pooled: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The films of all folds, decoded once for every form and size that is asked for.

    Attributes
    ----------
    films : tuple of LabelledFilm
    cache : Path
    """

    films: tuple[LabelledFilm, ...]
    cache: Path

    def take(self, films: tuple[LabelledFilm, ...], stage: Stage, *, form: str = PLAIN) -> Prepared:
        """Prepare some of the films, in one form, at the side that a stage sees them at."""
        change = FORMS[form]
        reader = replace(stage.reader, change=change, change_name=form if change else "")
        every = prepare(
            self.films, n_classes=2, size=stage.recipe.side, cache=self.cache, reader=reader
        )
        places = {film.name: place for place, film in enumerate(every.films)}
        chosen = [places[film.name] for film in films if film.name in places]
        return Prepared(
            pictures=every.pictures[chosen],
            truth=every.truth[chosen],
            films=tuple(every.films[place] for place in chosen),
        )


def run_trial(design: Design, fold: Fold, library: Library, *, seed: int, folder: Path) -> Trial:
    """Train a design in a fold, or take what an earlier run of the same has left.

    Parameters
    ----------
    design : Design
    fold : Fold
    library : Library
    seed : int
    folder : Path
        Keeps the result and, until it is there, the training's progress.
    """
    place = folder / "trial.npz"
    if place.is_file():
        return read_trial(folder)
    judged = design.judged
    teachers = tuple(
        FittedTeacher(
            backbone=stage.backbone,
            recipe=stage.recipe,
            weights=_train(stage, fold, library, folder=folder / f"teacher{number}", seed=seed),
        )
        for number, stage in enumerate(design.teachers)
    )
    weights = _train(judged, fold, library, teachers=teachers, folder=folder / "judged", seed=seed)
    network = network_of(judged.backbone, judged.recipe, FirstWeights(str(weights)))
    found = _measure(network, judged, fold, library)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / "trial.part.npz"
    np.savez(unfinished, **{name: getattr(found, name) for name in Trial.__dataclass_fields__})
    unfinished.rename(place)
    return found


def read_trial(folder: Path) -> Trial:
    """Read what a finished training has left in its folder."""
    with np.load(folder / "trial.npz", allow_pickle=False) as stored:
        return Trial(**stored)


def _train(
    stage: Stage,
    fold: Fold,
    library: Library,
    *,
    teachers: tuple[FittedTeacher, ...] = (),
    folder: Path,
    seed: int,
) -> Path:
    recipe = stage.recipe
    films, validation = (library.take(part, stage) for part in (fold.fit, fold.validation))
    _, weights = train(
        TrainingTask(
            backbone=stage.backbone,
            first=stage.first,
            films=films,
            validation=validation,
            recipe=recipe,
            run=FitRun(folder=folder, seed=seed, score=EPOCH_SCORES[recipe.fit.monitor]),
            cache=library.cache,
            teachers=teachers,
        )
    )
    return weights


def _measure(network: keras.Model, stage: Stage, fold: Fold, library: Library) -> Trial:
    known = library.take(fold.validation, stage)
    both = keras.Model(network.input, [network.output, network.get_layer("pooled").output])
    left_out = _readable(fold.left_out, stage, library)
    plain = library.take(left_out, stage)
    answers = [
        both.predict(
            library.take(left_out, stage, form=form).pictures, batch_size=AT_ONCE, verbose=0
        )
        for form in FORMS
    ]
    features = answers[list(FORMS).index(PLAIN)][1]
    logits = network.predict(known.pictures, batch_size=AT_ONCE, verbose=0)
    return Trial(
        known=second_class(logits),
        known_labels=known.truth[:, 1].astype(np.int64),
        probability=np.stack([second_class(said) for said, _ in answers]),
        labels=plain.truth[:, 1].astype(np.int64),
        names=np.array([film.name for film in plain.films]),
        patients=np.array([film.patient for film in plain.films]),
        pooled=features.reshape(len(features), -1).astype(np.float32),
    )


def _readable(
    films: tuple[LabelledFilm, ...], stage: Stage, library: Library
) -> tuple[LabelledFilm, ...]:
    """Leave out films that cannot be read in one of the forms: a crop may leave too little."""
    readable = [
        {film.name for film in library.take(films, stage, form=form).films} for form in FORMS
    ]
    return tuple(film for film in films if all(film.name in names for names in readable))


def key_of(design: Design, fold: Fold) -> str:
    """Name what decides a trial but its seed."""
    parts = [keras.__version__, keras.backend.backend(), fold.name]
    for stage in (design.judged, *design.teachers):
        parts += [repr(stage.recipe), stage.first.identity(), stage.reader.identity]
    for films in (fold.fit, fold.validation, fold.left_out):
        parts.append(" ".join(film.sha256 for film in films))
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()[:12]
