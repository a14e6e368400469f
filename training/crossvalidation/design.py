"""A design: what is trained in every fold, in full or in a short form that ranks alike."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from training.crossvalidation.folds import Fold
from training.data.film_reader import FilmReader
from training.networks.weights import FirstWeights
from training.recipes.fitting import FitRecipe
from training.recipes.recipe import Recipe

__all__ = ["Design", "Stage", "short_fold", "short_form", "short_recipe"]

SHORT_FILMS: Final = 1500  # to fit on
SHORT_LEFT_OUT: Final = 400  # of each class, to measure on
SHORT_EPOCHS: Final = 2
SHORT_WARMUP: Final = 20  # steps
SHORT_AVERAGE: Final = 0.95  # a running mean of a hundred steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One network of a design.

    Attributes
    ----------
    recipe : Recipe
        Its first candidate is trained.
    first : FirstWeights
    reader : FilmReader
        How its films become inputs.
    """

    recipe: Recipe
    first: FirstWeights
    reader: FilmReader

    @property
    def backbone(self) -> str:
        """The network that is trained."""
        return self.recipe.candidates[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What is trained in every fold.

    Attributes
    ----------
    judged : Stage
        The network that is measured.
    teachers : tuple of Stage
        Trained anew in each fold, for a recipe that distills.
    """

    judged: Stage
    teachers: tuple[Stage, ...] = ()


def short_form(design: Design) -> Design:
    """Shorten the trainings of a design."""
    stages = (
        replace(stage, recipe=short_recipe(stage.recipe))
        for stage in (design.judged, *design.teachers)
    )
    judged, *teachers = stages
    return Design(judged=judged, teachers=tuple(teachers))


def short_recipe(recipe: Recipe) -> Recipe:
    """Shorten a training: what counts steps is cut with the steps."""
    fit: FitRecipe = replace(
        recipe.fit,
        epochs=SHORT_EPOCHS,
        patience=SHORT_EPOCHS,
        warmup_steps=min(recipe.fit.warmup_steps, SHORT_WARMUP),
        average=min(recipe.fit.average, SHORT_AVERAGE),
    )
    return replace(recipe, fit=fit)


def short_fold(fold: Fold, *, seed: int) -> Fold:
    """Take some of a fold's films: those to fit on by chance, the others by class."""
    draw = np.random.default_rng(seed)
    some = np.sort(draw.permutation(len(fold.fit))[:SHORT_FILMS])
    measured: list[int] = []
    for label in (0, 1):
        mine = [place for place, film in enumerate(fold.left_out) if film.label == label]
        measured += draw.permutation(mine)[:SHORT_LEFT_OUT].tolist()
    return replace(
        fold,
        fit=tuple(fold.fit[place] for place in some),
        left_out=tuple(fold.left_out[place] for place in sorted(measured)),
    )
