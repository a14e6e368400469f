"""One run of `select`, from a data folder to a bundle with its report."""

import importlib
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
from training.calibration.decision import calibrate, calibrated
from training.calibration.findings import calibrate_findings
from training.calibration.indeterminate_zone import zone_figures
from training.data.preparation import Prepared, prepare, read_input
from training.data.sources import LabelledFilm, data_sha256
from training.data.splits import Split
from training.export.bundle import MODEL_FILES, bundle_bytes, export
from training.metrics.scores import Scores, score, score_labels
from training.networks.backbones import BACKBONES
from training.networks.freezing import network_of, trainable_count
from training.networks.graphs import build_served, shape_of
from training.networks.heads import HEADS
from training.networks.weights import FirstWeights
from training.output_paths import check_room
from training.recipes.recipe import Recipe
from training.reporting.report import RunResults, never_trained, write_report
from training.selection.candidates import Candidate, Place, choose, retrain, train_candidates
from training.selection.training_job import Order, Parts, parts_of, progress_folder

__all__ = ["select"]

log = logging.getLogger(__name__)

PROOF_FILMS: Final = 16
ASKED_AT_ONCE: Final = 16

_VERSIONS: Final = ("keras", "numpy", "openvino", "pillow")


def select(order: Order) -> Bundle:
    """Train the candidates, choose, retrain, calibrate, export and report.

    Raises
    ------
    TrainingError
        Where recipe, data or weights cannot be used: before anything long starts.
    """
    parts = parts_of(order)
    for sentence in never_trained(order.recipe, order.first):
        log.warning("%s", sentence)
    sizes = _try_networks(order)
    check_room(order.target, n_bytes=bundle_bytes(max(size.parameters for size in sizes.values())))
    trained = _train(order, parts.split)
    served = _served(trained.winner.backbone, trained.weights, order.recipe)
    calibration = trained.calibration
    log.info("calibrating on %d films", len(calibration.films))
    decided = _decide(_logits(served, calibration.films), calibration, order.recipe)
    findings = _findings(order, parts, trained, decided)
    network = _network_spec(served, order.recipe, sizes[trained.winner.backbone].trainable)
    log.info("exporting to %s", order.target.name)
    return export(
        served,
        _spec(order, network, decided.decision, parts.used),
        films=_spread(calibration.films),
        target=order.target,
        report=lambda bundle: write_report(bundle, findings),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trained:
    """All candidates, the chosen one's file of weights, and the films that calibrate it."""

    candidates: tuple[Candidate, ...]
    winner: Candidate
    weights: Path
    calibration: Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """The decision, measured on the very films that made it, and the zone of doubt."""

    decision: DecisionSpec
    scores: Scores
    zone: tuple[float, float] | None


def _train(order: Order, split: Split) -> _Trained:
    """Prepare the films, train every candidate, choose one, train it once more."""
    recipe = order.recipe
    progress = progress_folder(order, split)
    logs = order.run / "logs" / progress.name if order.has_logs else None
    place = Place(progress, order.run / "cache", logs)
    fit_films, validation, calibration = (
        prepare(part, n_classes=len(recipe.data.labels), size=recipe.side, cache=place.cache)
        for part in (split.fit, split.validation, split.calibration)
    )
    candidates = train_candidates(
        fit_films,
        validation,
        recipe=recipe,
        first=order.first,
        teachers=order.teachers,
        place=place,
    )
    winner = choose(candidates, recipe.data.task)
    log.info("chosen: %s", winner.backbone)
    weights = retrain(
        winner, fit_films, validation, recipe=recipe, teachers=order.teachers, place=place
    )
    return _Trained(candidates=candidates, winner=winner, weights=weights, calibration=calibration)


def _findings(order: Order, parts: Parts, trained: _Trained, decided: _Decided) -> RunResults:
    """Gather what the report says."""
    split = parts.split
    return RunResults(
        recipe=order.recipe,
        command=order.command,
        first=order.first,
        teachers=order.teachers,
        sharp=parts.sharp,
        candidates=trained.candidates,
        winner=trained.winner,
        calibration=decided.scores,
        zone=decided.zone,
        films={
            "fit": len(split.fit) - parts.also,
            "validation": len(split.validation),
            "calibration": len(split.calibration),
        },
        also=parts.also,
    )


@dataclass(frozen=True, slots=True)
class _Size:
    """How many parameters a network has, and how many of them are trained."""

    parameters: int
    trainable: int


def _try_networks(order: Order) -> dict[str, _Size]:
    """Build every candidate once, so that weights that do not fit are found before hours pass."""
    sizes = {}
    for name in order.recipe.candidates:
        network = network_of(name, order.recipe, order.first[name])
        sizes[name] = _Size(network.count_params(), trainable_count(network))
    return sizes


def _served(backbone: str, weights: Path, recipe: Recipe) -> keras.Model:
    """Build the served graph with trained weights."""
    served = build_served(BACKBONES[backbone], HEADS[recipe.network.head], shape_of(recipe))
    served.set_weights(network_of(backbone, recipe, FirstWeights(str(weights))).get_weights())
    return served


def _decide(logits: NDArray[np.float32], films: Prepared, recipe: Recipe) -> _Decided:
    """Calibrate; measure the result on the very films that calibrated it, and the zone of doubt."""
    task = recipe.data.task
    patients = tuple(film.patient for film in films.films)
    if task is Task.MULTILABEL:
        decision = calibrate_findings(logits, films.truth, patients)
        scores = score_labels(films.truth, calibrated(logits, decision, task))
        return _Decided(decision=decision, scores=scores, zone=None)
    labels = films.truth[:, 1].astype(np.int64)
    decision = calibrate(logits, labels, patients, recipe.decision)
    probability = calibrated(logits, decision, task)[:, 1]
    scores = score(labels, probability, threshold=decision.threshold)
    zone = zone_figures(probability, labels, decision)
    return _Decided(decision=decision, scores=scores, zone=zone)


def _logits(served: keras.Model, films: tuple[LabelledFilm, ...]) -> NDArray[np.float32]:
    """Ask the served graph, a few films at a time: all of them might not fit into memory."""
    answers = []
    for start in range(0, len(films), ASKED_AT_ONCE):
        inputs = [read_input(film, Limits()) for film in films[start : start + ASKED_AT_ONCE]]
        answers.append(np.asarray(served.predict_on_batch(np.stack(inputs))["logits"]))
    return np.concatenate(answers)


def _spread(films: tuple[LabelledFilm, ...]) -> NDArray[np.uint8]:
    """Read films from all over a part, both classes with them."""
    places = np.linspace(0, len(films) - 1, min(PROOF_FILMS, len(films))).astype(np.int64)
    return np.stack([read_input(films[place], Limits()) for place in places])


def _network_spec(served: keras.Model, recipe: Recipe, trainable: int) -> NetworkSpec:
    head = HEADS[recipe.network.head]
    return NetworkSpec(
        backbone=served.name,
        head=head.name,
        pooling=head.pooling,
        size=recipe.network.size,
        parameters=served.count_params(),
        trainable=trainable,
    )


def _spec(
    order: Order,
    network: NetworkSpec,
    decision: DecisionSpec,
    films: tuple[LabelledFilm, ...],
) -> Spec:
    recipe = order.recipe
    return Spec(
        format=FORMAT,
        name=order.target.name,
        version=order.version,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        task=recipe.data.task,
        labels=recipe.data.labels,
        input=InputSpec(height=INPUT_SIDE, width=INPUT_SIDE, channels=1, dtype="uint8"),
        network=network,
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
            versions={name: version(name) for name in _VERSIONS} | _backend(),
        ),
        files=dict.fromkeys(MODEL_FILES, "0" * 64),
        notice=recipe.population.notice,
    )


def _backend() -> dict[str, str]:
    """Name what Keras computes with, whatever its distribution is called."""
    name = keras.backend.backend()
    return {name: str(getattr(importlib.import_module(name), "__version__", "unknown"))}
