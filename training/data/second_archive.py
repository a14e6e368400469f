"""Films of a second archive beside those of the first: fitted with them, and nothing else."""

from dataclasses import replace
from pathlib import Path

from training.data.sources import SOURCES, LabelledFilm
from training.data.sources.films import invalid
from training.data.splits import Split
from training.recipes.recipe import Recipe

__all__ = ["with_also"]


def with_also(split: Split, every: tuple[LabelledFilm, ...], folder: Path, recipe: Recipe) -> Split:
    """Add the films of a second archive to those that are fitted.

    Its test films stay out, and so does every film whose bytes stand in the first archive, and
    every one of a patient who judges there: where both name patients in the same way it may be the
    same child, in another copy.

    Parameters
    ----------
    split : Split
        Of the first archive.
    every : tuple of LabelledFilm
        All films of the first archive, its test films with them.
    folder : Path
        The second one.
    recipe : Recipe
        With a table `also`.

    Raises
    ------
    TrainingError
        `data_invalid` where nothing is left to be added.
    """
    if recipe.also is None:
        raise ValueError("the recipe asks for no second archive")
    labels = recipe.data.labels
    wanted = {labels.index(label) for label in recipe.also.only or labels}
    taken = {film.sha256 for film in every}
    fitted = {film.patient for film in split.fit}
    judging = {film.patient for film in every if not film.is_own_patient} - fitted
    added = tuple(
        _added(film, recipe.also.weight)
        for film in SOURCES[recipe.also.source].read(folder, labels, ())
        if film.subset != "test" and film.label in wanted
        if film.sha256 not in taken and film.patient not in judging
    )
    if not added:
        raise invalid(folder, "it has no film that could be added")
    return replace(split, fit=split.fit + added)


def _added(film: LabelledFilm, weight: float) -> LabelledFilm:
    """Name film and patient apart from the first archive's."""
    return replace(film, name=f"also/{film.name}", patient=f"also {film.patient}", weight=weight)
