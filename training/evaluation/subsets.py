"""Which films an evaluation measures: one part of an archive, read as the model's recipe says."""

from dataclasses import dataclass
from pathlib import Path

from cxr_app.bundle import Bundle
from cxr_app.codes import Code
from cxr_app.spec import Task
from training.data.archive import read_films, split_films
from training.data.sources import LabelledFilm, data_sha256, read_class_folders
from training.data.splits import Split
from training.errors import TrainingCode, TrainingError
from training.recipes.recipe import Recipe, read_recipe

__all__ = ["Part", "find_part"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Films to be measured.

    Attributes
    ----------
    films : tuple of LabelledFilm
    every : tuple of LabelledFilm
        All films of the archive, these among them.
    """

    films: tuple[LabelledFilm, ...]
    every: tuple[LabelledFilm, ...]


def find_part(bundle: Bundle, data: Path, *, part: str, recipe: Path | None) -> Part:
    """Find the films of a part.

    Parameters
    ----------
    bundle : Bundle
    data : Path
        Without a recipe class folders that bear the bundle's labels.
    part : str
        "test", "validation" or "all".
    recipe : Path or None
        The model's own; it says what kind of archive the films lie in.

    Raises
    ------
    TrainingError
        `usage` where the recipe is missing or another model's, or where test films would be read
        unseen; `data_invalid` where there are no such films.
    """
    own = _own_recipe(bundle, recipe, part=part)
    if own is None:
        every = read_class_folders(data, bundle.spec.labels)
    else:
        every = read_films(data, own.data)
    if own is not None and part == "validation":
        return Part(films=_own_split(bundle, data, every, own).validation, every=every)
    has_test = any(film.subset == "test" for film in every)
    if part == "test" and not has_test:
        reason = "it holds no test films; --part all measures every film"
        if own is None:
            reason = "there is no folder test in it; --part all measures every film"
        raise TrainingError(TrainingCode.DATA_INVALID, place=data.name, reason=reason)
    if part == "all" and has_test:
        reason = "test films are measured by --part test, which is a line in the ledger"
        raise TrainingError(Code.USAGE, reason=reason)
    if part == "all" and data_sha256(every) == bundle.spec.training.data.sha256:
        reason = "these are the very films that the model was made from; others can measure it"
        raise TrainingError(Code.USAGE, reason=reason)
    films = tuple(film for film in every if part == "all" or film.subset == "test")
    return Part(films=films, every=every)


def _own_recipe(bundle: Bundle, place: Path | None, *, part: str) -> Recipe | None:
    if place is None:
        if bundle.spec.task is not Task.BINARY:
            reason = (
                f"{bundle.spec.name} answers a {bundle.spec.task} task, so evaluate needs the "
                "model's --recipe FILE, which says how its archive is read"
            )
            raise TrainingError(Code.USAGE, reason=reason)
        if part == "validation":
            raise TrainingError(
                Code.USAGE, reason="--part validation needs the model's --recipe FILE"
            )
        return None
    recipe, sha256 = read_recipe(place)
    if sha256 != bundle.spec.training.recipe_sha256:
        reason = f"{place.name} is not the recipe that this model was made with"
        raise TrainingError(Code.USAGE, reason=reason)
    return recipe


def _own_split(
    bundle: Bundle, data: Path, every: tuple[LabelledFilm, ...], recipe: Recipe
) -> Split:
    """Split films as they were for a model; `data_invalid` where it was made from others."""
    split = split_films(every, recipe)
    used = data_sha256(split.fit + split.validation + split.calibration)
    if used != bundle.spec.training.data.sha256:
        reason = "these are not the films that the model was made from, so the split is another"
        raise TrainingError(TrainingCode.DATA_INVALID, place=data.name, reason=reason)
    return split
