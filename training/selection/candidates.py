"""Train every candidate, choose the best by validation accuracy, retrain it shortly."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cxr_app.spec import Task
from training.data.preparation import Prepared, join
from training.errors import TrainingCode, TrainingError
from training.learning.fit import FitRun
from training.learning.progress import EPOCH_SCORES, Epoch, EpochScore, by_recency
from training.learning.training import TrainingTask, train
from training.networks.teacher import Teacher
from training.networks.weights import FirstWeights
from training.recipes.recipe import Recipe

__all__ = ["Candidate", "Selection", "choose", "retrain", "train_candidates"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What all candidates share.

    Attributes
    ----------
    recipe : Recipe
    films, validation : Prepared
        Fit and validation films at the recipe's side.
    progress : Path
        What an interruption must not cost; a folder for each network.
    cache : Path
        Decoded films and features, which other runs may share.
    logs : Path or None
        For TensorBoard; a folder for each network.
    teachers : tuple of Teacher
    """

    recipe: Recipe
    films: Prepared
    validation: Prepared
    progress: Path
    cache: Path
    logs: Path | None = None
    teachers: tuple[Teacher, ...] = ()

    def train(
        self, backbone: str, first: FirstWeights, *, name: str, seed: int, score: EpochScore
    ) -> tuple[tuple[Epoch, ...], Path]:
        """Train one network, whose folders have this name; its curves and its best weights."""
        log.info("training: %s", name)
        run = FitRun(
            folder=self.progress / name,
            seed=seed,
            score=score,
            logs=self.logs and self.logs / name,
        )
        return train(
            TrainingTask(
                backbone=backbone,
                first=first,
                films=self.films,
                validation=self.validation,
                recipe=self.recipe,
                run=run,
                cache=self.cache,
                teachers=self.teachers,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A trained network.

    Attributes
    ----------
    backbone : str
        Entry of `training.networks.backbones.BACKBONES`.
    curves : tuple of Epoch
    best : Epoch
        The one whose weights are kept.
    weights : Path
        Of its best epoch, as `build_fitted` has them.
    """

    backbone: str
    curves: tuple[Epoch, ...]
    best: Epoch
    weights: Path

    @property
    def gives_one_answer(self) -> bool:
        """Whether every validation film got the same label."""
        scores = self.best.validation
        return {scores.sensitivity, scores.specificity} == {0.0, 1.0}


def train_candidates(
    selection: Selection, first: Mapping[str, FirstWeights]
) -> tuple[Candidate, ...]:
    """Train every candidate of the recipe with the same budget, from the first weights of each."""
    recipe, done = selection.recipe, []
    score = EPOCH_SCORES[recipe.fit.monitor]
    for name in recipe.candidates:
        curves, weights = selection.train(
            name, first[name], name=name, seed=recipe.seed, score=score
        )
        best = max(curves, key=score)
        done.append(Candidate(backbone=name, curves=curves, best=best, weights=weights))
    return tuple(done)


def choose(candidates: tuple[Candidate, ...], task: Task = Task.BINARY) -> Candidate:
    """Choose by validation accuracy, ties by AUC; where labels do not exclude each other, by AUC.

    There most labels are absent from most films, so that saying "none" is mostly accurate.

    Raises
    ------
    TrainingError
        `data_invalid` where every candidate gives one answer for everything; each is named.
    """
    useful = []
    for candidate in candidates:
        if candidate.gives_one_answer:
            log.warning("refused: %s gives one answer for every film", candidate.backbone)
        else:
            useful.append(candidate)
    if not useful:
        names = ", ".join(candidate.backbone for candidate in candidates)
        raise TrainingError(
            TrainingCode.DATA_INVALID,
            place="validation",
            reason=f"no usable candidate: {names} gave one answer for every film; "
            "train longer, or with more films",
        )
    return max(useful, key=_by_auc if task is Task.MULTILABEL else _by_accuracy)


def _by_accuracy(candidate: Candidate) -> tuple[float, float]:
    scores = candidate.best.validation
    return scores.accuracy, scores.auc


def _by_auc(candidate: Candidate) -> tuple[float, float]:
    return _by_accuracy(candidate)[::-1]


def retrain(winner: Candidate, selection: Selection) -> Path:
    """Continue the winner shortly, with the validation films where the recipe adds them.

    Validation figures are those from before: afterwards they would be of films that were fitted.

    Returns
    -------
    Path
        Its final weights.
    """
    recipe, films = selection.recipe, selection.films
    if recipe.retrain.epochs == 0:
        return winner.weights
    if recipe.retrain.add_validation:
        films = join(films, selection.validation)
    short = replace(
        recipe.fit, epochs=recipe.retrain.epochs, learning_rate=recipe.retrain.learning_rate
    )
    _, weights = replace(selection, recipe=replace(recipe, fit=short), films=films).train(
        winner.backbone,
        FirstWeights(str(winner.weights)),
        name="retrained",
        seed=recipe.seed + 1,
        score=by_recency,
    )
    return weights
