"""One run of `select`, from a data folder to a bundle with its report."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

from cxr_app.bundle import Bundle
from cxr_app.decision import confidences
from cxr_app.imaging.to_input import INPUT_SIDE
from cxr_app.limits import Limits
from cxr_app.spec import (
    FORMAT,
    DataFacts,
    DecisionSpec,
    InputSpec,
    NetworkSpec,
    Population,
    Spec,
    Task,
    TrainingFacts,
)
from training.calibrate import calibrate
from training.export import MODEL_FILES, export
from training.freezing import network_of, trainable_count
from training.heads import HEADS
from training.metrics import score
from training.networks import BACKBONES, build_served
from training.prepare import prepare, read_input
from training.recipe import Recipe
from training.report import Findings, write_report
from training.select import choose, retrain, train_candidates
from training.sources import LabelledFilm, data_sha256, read_class_folders
from training.splits import split_by_patient
from training.weights import FirstWeights

__all__ = ["Order", "select"]

log = logging.getLogger(__name__)

PROOF_FILMS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
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
        Folder for what is kept between interruptions.
    version : str
        Of the model.
    command : str
        As it was typed, for the card.
    """

    data: Path
    recipe: Recipe
    recipe_sha256: str
    first: dict[str, FirstWeights]
    target: Path
    run: Path
    version: str
    command: str


def select(order: Order) -> Bundle:
    """Train the candidates, choose, retrain, calibrate, export and report.

    Raises
    ------
    TrainingError
        Before anything long starts, where recipe, data or weights cannot be used.
    """
    recipe = order.recipe
    films = read_class_folders(order.data, recipe.data.labels)
    split = split_by_patient(films, recipe.data, seed=recipe.seed)
    cache = order.run / "cache"
    size = recipe.network.size
    fit_films = prepare(split.fit, size=size, cache=cache)
    validation = prepare(split.validation, size=size, cache=cache)
    candidates = train_candidates(
        fit_films, validation, recipe=recipe, first=order.first, run=order.run
    )
    winner = choose(candidates)
    log.info("chosen: %s", winner.backbone)
    weights = retrain(winner, fit_films, validation, recipe=recipe, run=order.run)
    served = served_network(winner.backbone, weights, recipe)

    inputs = np.stack([read_input(film, Limits()) for film in split.calibration])
    labels = np.array([film.label for film in split.calibration], np.int64)
    log.info("calibrating on %d films", len(inputs))
    logits = served.predict(inputs, batch_size=16, verbose="auto")["logits"]
    patients = tuple(film.patient for film in split.calibration)
    decision = calibrate(logits, labels, patients, recipe.decision)
    used = tuple(film for film in films if film.subset != "test")
    spec = _spec(order, served, decision, used)
    log.info("exporting to %s", order.target.name)
    bundle = export(served, spec, films=_spread(inputs), target=order.target)
    probability = confidences(logits, temperature=decision.temperature, bias=decision.bias)[:, 1]
    findings = Findings(
        recipe=recipe,
        command=order.command,
        first=order.first,
        candidates=candidates,
        winner=winner,
        calibration=score(labels, probability, threshold=decision.threshold),
        films={
            "fit": len(split.fit),
            "validation": len(split.validation),
            "calibration": len(split.calibration),
        },
    )
    write_report(bundle, findings)
    return bundle


def served_network(backbone: str, weights: Path, recipe: Recipe) -> keras.Model:
    """Build the served graph with trained weights."""
    served = build_served(
        BACKBONES[backbone],
        HEADS[recipe.network.head],
        size=recipe.network.size,
        n_classes=len(recipe.data.labels),
    )
    served.set_weights(network_of(backbone, recipe, FirstWeights(str(weights))).get_weights())
    return served


def _spread(inputs: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Take films from all over the stack, both classes with them."""
    places = np.linspace(0, len(inputs) - 1, min(PROOF_FILMS, len(inputs))).astype(np.int64)
    spread: NDArray[np.uint8] = inputs[places]
    return spread


def _spec(
    order: Order,
    served: keras.Model,
    decision: DecisionSpec,
    films: tuple[LabelledFilm, ...],
) -> Spec:
    recipe = order.recipe
    head = HEADS[recipe.network.head]
    parameters = served.count_params()
    return Spec(
        format=FORMAT,
        name=order.target.name,
        version=order.version,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        task=Task.BINARY,
        labels=recipe.data.labels,
        input=InputSpec(height=INPUT_SIDE, width=INPUT_SIDE, channels=1, dtype="uint8"),
        network=NetworkSpec(
            backbone=served.name,
            head=head.name,
            pooling=head.pooling,
            size=recipe.network.size,
            parameters=parameters,
            trainable=trainable_count(served, recipe),
        ),
        decision=decision,
        gate=None,
        population=Population(
            view=recipe.population.view,
            age_years=recipe.population.age_years,
            source=recipe.population.source,
        ),
        training=TrainingFacts(
            recipe=recipe.name,
            recipe_sha256=order.recipe_sha256,
            data=DataFacts(name=recipe.data.name, films=len(films), sha256=data_sha256(films)),
            seed=recipe.seed,
            versions={name: version(name) for name in ("keras", "numpy", "openvino", "pillow")},
        ),
        files=dict.fromkeys(MODEL_FILES, "0" * 64),
        notice=recipe.population.notice,
    )
