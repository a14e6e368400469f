"""Select: train every candidate, choose the best by validation accuracy, retrain it shortly."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path

from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from cxr_app.spec import Task
from training.data.preparation import Prepared, join
from training.learning.logs import write_events
from training.learning.progress import MERITS, Epoch, Watch, by_recency
from training.learning.training import Assignment, train
from training.networks.teacher import Teacher
from training.networks.weights import FirstWeights
from training.recipes.recipe import Recipe

__all__ = ["Candidate", "Place", "choose", "retrain", "train_candidates"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run keeps what an interruption must not cost.

    Attributes
    ----------
    progress : Path
        Of this very run.
    cache : Path
        Decoded films and features, which other runs may share.
    logs : Path or None
        Of this very run, for TensorBoard; a folder for each network.
    """

    progress: Path
    cache: Path
    logs: Path | None = None

    def watch(self, network: str) -> Watch | None:
        """Write a network's curves after every epoch, where logs are asked for."""
        if self.logs is None:
            return None
        folder = self.logs / network
        return lambda curves: write_events(curves, folder)


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
    films: Prepared,
    validation: Prepared,
    *,
    recipe: Recipe,
    first: dict[str, FirstWeights],
    place: Place,
    teachers: tuple[Teacher, ...] = (),
) -> tuple[Candidate, ...]:
    """Train every candidate of the recipe with the same budget.

    Parameters
    ----------
    films, validation : Prepared
        Fit and validation films at the recipe's side.
    recipe : Recipe
    first : dict of str to FirstWeights
        For each candidate.
    teachers : tuple of Teacher
        Of all of them.
    place : Place
        What is complete there is not trained again.
    """
    done, merit = [], MERITS[recipe.fit.monitor]
    for name in recipe.candidates:
        order = Assignment(
            backbone=name,
            first=first[name],
            films=films,
            validation=validation,
            recipe=recipe,
            fit=recipe.fit,
            seed=recipe.seed,
            folder=place.progress / name,
            cache=place.cache,
            teachers=teachers,
            merit=merit,
            watch=place.watch(name),
        )
        curves, weights = train(order)
        if order.watch is not None:
            order.watch(curves)  # of a network that was complete before logs were asked for
        best = max(curves, key=merit)
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
            Code.DATA_INVALID,
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


def retrain(
    winner: Candidate,
    films: Prepared,
    validation: Prepared,
    *,
    recipe: Recipe,
    place: Place,
    teachers: tuple[Teacher, ...] = (),
) -> Path:
    """Continue the winner shortly, with the validation films where the recipe adds them.

    Validation figures are those from before: afterwards they would be of films that were fitted.

    Returns
    -------
    Path
        Its final weights.
    """
    if recipe.retrain.epochs == 0:
        return winner.weights
    if recipe.retrain.add_validation:
        films = join(films, validation)
    short = replace(
        recipe.fit, epochs=recipe.retrain.epochs, learning_rate=recipe.retrain.learning_rate
    )
    order = Assignment(
        backbone=winner.backbone,
        first=FirstWeights(str(winner.weights)),
        films=films,
        validation=validation,
        recipe=recipe,
        fit=short,
        seed=recipe.seed + 1,
        folder=place.progress / "retrained",
        cache=place.cache,
        teachers=teachers,
        merit=by_recency,
        watch=place.watch("retrained"),
    )
    _, weights = train(order)
    return weights
