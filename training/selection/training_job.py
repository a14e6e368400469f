"""What a training is asked for, and the films that it gets."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import keras

from cxr_app.bundle import Bundle
from cxr_app.codes import Code
from training.data.archive import read_films, split_films
from training.data.film_reader import FilmReader, reader_with
from training.data.high_resolution_copies import with_sharp_copies
from training.data.second_archive import with_also
from training.data.sources import LabelledFilm, data_sha256
from training.data.splits import Split
from training.errors import TrainingError
from training.export.metrics_file import read_metrics
from training.networks.teacher import Teacher
from training.networks.weights import FirstWeights
from training.recipes.recipe import Recipe

__all__ = ["JobFilms", "TrainingJob", "films_of", "progress_folder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingJob:
    """What is asked for.

    Attributes
    ----------
    data : Path
        Folder of films.
    recipe : Recipe
    recipe_sha256 : str
    first : dict of str to FirstWeights
        Of each candidate.
    target : Path
        The bundle's folder.
    run : Path
        Folder for what is kept between interruptions and for decoded films.
    teachers : tuple of Teacher
        Given with a recipe that distills, and only then.
    sharp : Path or None
        Folder of sharp copies of some of the films.
    also : Path or None
        Folder of a second archive; given with a recipe that asks for it, and only then.
    lungs : Bundle or None
        Whose network finds the lungs; given with a recipe that standardises, and only then.
    version : str
        Of the model.
    command : str
        As it was typed, for the card.
    has_logs : bool
        Whether the curves are written for TensorBoard too, into `run`/logs.
    """

    data: Path
    recipe: Recipe
    recipe_sha256: str
    first: dict[str, FirstWeights]
    target: Path
    run: Path
    teachers: tuple[Teacher, ...] = ()
    sharp: Path | None = None
    also: Path | None = None
    lungs: Bundle | None = None
    version: str
    command: str
    has_logs: bool = False

    @property
    def reader(self) -> FilmReader:
        """How its films become inputs."""
        return reader_with(self.lungs, self.recipe.standardise)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilms:
    """The films of a run.

    Attributes
    ----------
    split : Split
        With sharp copies and the films of a second archive in the fit part.
    used : tuple of LabelledFilm
        The first archive's, as they are there: the identity of the data.
    sharp, also : int
        Fit films of which a sharp copy was taken; films of a second archive.
    """

    split: Split
    used: tuple[LabelledFilm, ...]
    sharp: int
    also: int


def films_of(job: TrainingJob) -> JobFilms:
    """Read and split the films of a job; teachers must know them in the same split.

    Raises
    ------
    TrainingError
        `data_invalid` or `usage` where they cannot be used so.
    """
    recipe = job.recipe
    films = read_films(job.data, recipe.data)
    split = split_films(films, recipe)
    used = split.fit + split.validation + split.calibration
    for teacher in job.teachers:
        teacher.check_input(recipe.standardise)
        teacher.check_split(data_sha256(used), seed=recipe.seed)
        _check_parts(teacher, split)
    n_first, n_sharp = len(split.fit), 0
    if job.sharp is not None:
        fit = with_sharp_copies(split.fit, job.sharp, recipe.data.labels, seed=recipe.seed)
        n_sharp = sum(one != other for one, other in zip(fit, split.fit, strict=True))
        split = replace(split, fit=fit)
    if job.also is not None:
        split = with_also(split, films, job.also, recipe)
    return JobFilms(split=split, used=used, sharp=n_sharp, also=len(split.fit) - n_first)


def _check_parts(teacher: Teacher, split: Split) -> None:
    """Refuse a teacher that was fitted on films which judge its students."""
    metrics = read_metrics(teacher.bundle)
    counts = {name: len(getattr(split, name)) for name in ("fit", "validation", "calibration")}
    retrained = metrics["retrained"]
    if metrics["films"] != counts or (retrained["epochs"] and retrained["with_validation_films"]):
        reason = (
            "the teacher was fitted on films that choose its students here: its split has other "
            "shares, or it was trained on with the validation films"
        )
        raise TrainingError(Code.USAGE, reason=reason)


def progress_folder(job: TrainingJob, split: Split) -> Path:
    """Name a folder after all that decides a run: only the very same run is gone on with."""
    parts = [job.recipe_sha256, keras.__version__, keras.backend.backend()]
    parts += [f"teacher {teacher.bundle.sha256}" for teacher in job.teachers]
    if job.lungs is not None:
        parts.append(f"lungs {job.reader.identity}")
    parts += [f"{name}={first.identity()}" for name, first in sorted(job.first.items())]
    for part in ("fit", "validation", "calibration"):
        parts += [
            f"{part} {film.name} {film.classes} {film.patient} {film.sha256} {film.weight:g}"
            for film in getattr(split, part)
        ]
    return job.run / hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()[:12]
