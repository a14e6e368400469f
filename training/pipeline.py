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
from cxr_app.engine.lungs import LUNGS_MODEL, LUNGS_WEIGHTS
from cxr_app.imaging.to_input import INPUT_SIDE
from cxr_app.spec import (
    FORMATS,
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
from training.data.film_reader import FilmReader
from training.data.preparation import Prepared, prepare
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
from training.selection.candidates import (
    Candidate,
    Selection,
    choose,
    retrain,
    train_candidates,
)
from training.selection.training_job import JobFilms, TrainingJob, films_of, progress_folder

__all__ = ["select"]

log = logging.getLogger(__name__)

PROOF_FILMS: Final = 16
ASKED_AT_ONCE: Final = 16

_VERSIONS: Final = ("keras", "numpy", "openvino", "pillow")


def select(job: TrainingJob) -> Bundle:
    """Train the candidates, choose, retrain, calibrate, export and report.

    Raises
    ------
    TrainingError
        Where recipe, data or weights cannot be used: before anything long starts.
    """
    recipe, films = job.recipe, films_of(job)
    for sentence in never_trained(recipe, job.first):
        log.warning("%s", sentence)
    networks = _network_specs(job)
    check_room(job.target, n_bytes=bundle_bytes(max(one.parameters for one in networks.values())))
    selection, calibration = _prepare(job, films.split)
    candidates = train_candidates(selection, job.first)
    winner = choose(candidates, recipe.data.task)
    log.info("chosen: %s", winner.backbone)
    served = _served(winner.backbone, retrain(winner, selection), recipe)
    log.info("calibrating on %d films", len(calibration.films))
    decided = _decide(served, calibration, job)
    findings = _findings(job, films, candidates=candidates, winner=winner, decided=decided)
    log.info("exporting to %s", job.target.name)
    return export(
        served,
        _spec(job, networks[winner.backbone], decided.decision, films.used),
        films=_spread(calibration.films, job.reader),
        parts=_lungs_files(job),
        target=job.target,
        report=lambda bundle: write_report(bundle, findings),
    )


def _network_specs(job: TrainingJob) -> dict[str, NetworkSpec]:
    """Build every candidate once, so that weights that do not fit are found before hours pass."""
    head, specs = HEADS[job.recipe.network.head], {}
    for name in job.recipe.candidates:
        network = network_of(name, job.recipe, job.first[name])
        specs[name] = NetworkSpec(
            backbone=name,
            head=head.name,
            pooling=head.pooling,
            size=job.recipe.network.size,
            stride=job.recipe.network.stride,
            parameters=network.count_params(),
            trainable=trainable_count(network),
        )
    return specs


def _prepare(job: TrainingJob, split: Split) -> tuple[Selection, Prepared]:
    """Prepare the films: those that train and choose, and those that calibrate."""
    recipe, progress, cache = job.recipe, progress_folder(job, split), job.run / "cache"
    fit_films, validation, calibration = (
        prepare(
            part,
            n_classes=len(recipe.data.labels),
            size=recipe.side,
            cache=cache,
            reader=job.reader,
        )
        for part in (split.fit, split.validation, split.calibration)
    )
    selection = Selection(
        recipe=recipe,
        films=fit_films,
        validation=validation,
        progress=progress,
        cache=cache,
        logs=job.run / "logs" / progress.name if job.has_logs else None,
        teachers=job.teachers,
    )
    return selection, calibration


def _served(backbone: str, weights: Path, recipe: Recipe) -> keras.Model:
    """Build the served graph with trained weights."""
    served = build_served(BACKBONES[backbone], HEADS[recipe.network.head], shape_of(recipe))
    served.set_weights(network_of(backbone, recipe, FirstWeights(str(weights))).get_weights())
    return served


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """The decision, measured on the very films that made it, and the zone of doubt."""

    decision: DecisionSpec
    scores: Scores
    zone: tuple[float, float] | None


def _decide(served: keras.Model, films: Prepared, job: TrainingJob) -> _Decided:
    """Calibrate, and measure the result and its indeterminate zone on the same films."""
    recipe, truth = job.recipe, films.truth
    task, logits = recipe.data.task, _logits(served, films.films, job.reader)
    patients = tuple(film.patient for film in films.films)
    if task is Task.MULTILABEL:
        decision = calibrate_findings(logits, truth, patients)
        scores = score_labels(truth, calibrated(logits, decision, task))
        return _Decided(decision=decision, scores=scores, zone=None)
    labels = truth[:, 1].astype(np.int64)
    decision = calibrate(logits, labels, patients, recipe.decision)
    probability = calibrated(logits, decision, task)[:, 1]
    scores = score(labels, probability, threshold=decision.threshold)
    zone = zone_figures(probability, labels, decision)
    return _Decided(decision=decision, scores=scores, zone=zone)


def _findings(
    job: TrainingJob,
    films: JobFilms,
    *,
    candidates: tuple[Candidate, ...],
    winner: Candidate,
    decided: _Decided,
) -> RunResults:
    """Gather what the report says."""
    return RunResults(
        recipe=job.recipe,
        command=job.command,
        first=job.first,
        teachers=job.teachers,
        sharp=films.sharp,
        candidates=candidates,
        winner=winner,
        calibration=decided.scores,
        zone=decided.zone,
        films={
            "fit": len(films.split.fit) - films.also,
            "validation": len(films.split.validation),
            "calibration": len(films.split.calibration),
        },
        also=films.also,
    )


def _logits(
    served: keras.Model, films: tuple[LabelledFilm, ...], reader: FilmReader
) -> NDArray[np.float32]:
    """Ask the served graph, a few films at a time: all of them might not fit into memory."""
    answers = []
    for start in range(0, len(films), ASKED_AT_ONCE):
        inputs = [reader.read(film) for film in films[start : start + ASKED_AT_ONCE]]
        answers.append(np.asarray(served.predict_on_batch(np.stack(inputs))["logits"]))
    return np.concatenate(answers)


def _spread(films: tuple[LabelledFilm, ...], reader: FilmReader) -> NDArray[np.uint8]:
    """Read films from all over a part, both classes with them."""
    places = np.linspace(0, len(films) - 1, min(PROOF_FILMS, len(films))).astype(np.int64)
    return np.stack([reader.read(films[place]) for place in places])


def _spec(
    job: TrainingJob,
    network: NetworkSpec,
    decision: DecisionSpec,
    films: tuple[LabelledFilm, ...],
) -> Spec:
    recipe = job.recipe
    lungs = job.lungs.spec.lungs if job.lungs is not None else None
    return Spec(
        format=FORMATS[0] if lungs is None else FORMATS[-1],
        name=job.target.name,
        version=job.version,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        task=recipe.data.task,
        labels=recipe.data.labels,
        input=InputSpec(
            height=INPUT_SIDE,
            width=INPUT_SIDE,
            channels=1,
            dtype="uint8",
            standardise=recipe.standardise,
        ),
        network=network,
        decision=decision,
        gate=None,
        lungs=lungs,
        population=Population(
            view=recipe.population.view,
            age_years=recipe.population.age_years,
            source=recipe.population.source,
        ),
        training=TrainingFacts(
            recipe=recipe.name,
            recipe_sha256=job.recipe_sha256,
            data=DataFacts(name=recipe.data.name, films=len(films), sha256=data_sha256(films)),
            seed=recipe.seed,
            versions={name: version(name) for name in _VERSIONS} | _backend(),
        ),
        files=dict.fromkeys(MODEL_FILES, "0" * 64),
        notice=recipe.population.notice,
    )


def _lungs_files(job: TrainingJob) -> dict[str, bytes]:
    """Take over the network that finds the lungs, where the model rests on it."""
    if job.lungs is None:
        return {}
    return {name: job.lungs.read(name) for name in (LUNGS_MODEL, LUNGS_WEIGHTS)}


def _backend() -> dict[str, str]:
    """Name what Keras computes with, whatever its distribution is called."""
    name = keras.backend.backend()
    return {name: str(getattr(importlib.import_module(name), "__version__", "unknown"))}
