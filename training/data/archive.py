"""An archive of films, read and split as a recipe says."""

from pathlib import Path

from training.data.sampling import thin_normals
from training.data.sources import SOURCES, LabelledFilm
from training.data.splits import Split, split_by_patient
from training.recipes.data import DataRecipe
from training.recipes.recipe import Recipe

__all__ = ["read_films", "split_films", "split_of"]


def read_films(data: Path, recipe: DataRecipe) -> tuple[LabelledFilm, ...]:
    """Read a data set as a recipe says, its test films with it."""
    return SOURCES[recipe.source].read(data, recipe.labels, recipe.left_out)


def split_of(data: Path, recipe: Recipe) -> Split:
    """Read a data set as a recipe says, and split it."""
    return split_films(read_films(data, recipe.data), recipe)


def split_films(films: tuple[LabelledFilm, ...], recipe: Recipe) -> Split:
    """Split films that were read as a recipe says."""
    if recipe.data.normals_per_case is not None:
        films = thin_normals(films, per_case=recipe.data.normals_per_case, seed=recipe.seed)
    return split_by_patient(films, recipe.data, seed=recipe.seed)
