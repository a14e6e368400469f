"""One run of `select`, from a data folder to a bundle with its report."""

import hashlib
import importlib
import logging
from dataclasses import dataclass, replace
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
from training.calibrate import calibrate, zone_figures
from training.export import MODEL_FILES, export
from training.freezing import network_of, trainable_count
from training.heads import HEADS
from training.metrics import score
from training.networks import BACKBONES, build_served
from training.prepare import prepare, read_input
from training.recipe import Recipe
from training.report import Findings, write_report
from training.select import Place, choose, retrain, train_candidates
from training.sharp import with_sharp_copies
from training.sources import LabelledFilm, data_sha256, read_class_folders
from training.splits import Split, split_by_patient
from training.teacher import Teacher
from training.weights import FirstWeights

__all__ = ["Order", "progress_folder", "select"]

log = logging.getLogger(__name__)

PROOF_FILMS: Final = 16

_VERSIONS: Final = ("keras", "numpy", "openvino", "pillow")


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
        Folder for what is kept between interruptions and for decoded films.
    teacher : Teacher or None
        Given with a recipe that distills, and only then.
    sharp : Path or None
        Folder of sharp copies of some of the films.
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
    teacher: Teacher | None = None
    sharp: Path | None = None
    version: str
    command: str


def select(order: Order) -> Bundle:
    """Train the candidates, choose, retrain, calibrate, export and report.

    Raises
    ------
    TrainingError
        Where recipe, data or weights cannot be used: before anything long starts.
    """
    recipe = order.recipe
    films = read_class_folders(order.data, recipe.data.labels)
    split = split_by_patient(films, recipe.data, seed=recipe.seed)
    used = split.fit + split.validation + split.calibration
    if order.teacher is not None:
        order.teacher.check_split(data_sha256(used), seed=recipe.seed)
    n_sharp = 0
    if order.sharp is not None:
        fit = with_sharp_copies(split.fit, order.sharp, recipe.data.labels, seed=recipe.seed)
        n_sharp = sum(one != other for one, other in zip(fit, split.fit, strict=True))
        split = replace(split, fit=fit)
    trainable = _try_networks(order)
    place = Place(progress_folder(order, split), order.run / "cache")
    fit_films, validation, calibration = (
        prepare(part, size=recipe.side, cache=place.cache)
        for part in (split.fit, split.validation, split.calibration)
    )
    candidates = train_candidates(
        fit_films,
        validation,
        recipe=recipe,
        first=order.first,
        teacher=order.teacher,
        place=place,
    )
    winner = choose(candidates)
    log.info("chosen: %s", winner.backbone)
    weights = retrain(
        winner, fit_films, validation, recipe=recipe, teacher=order.teacher, place=place
    )
    served = _served(winner.backbone, weights, recipe)
    log.info("calibrating on %d films", len(calibration.films))
    inputs = np.stack([read_input(film, Limits()) for film in calibration.films])
    logits = served.predict(inputs, batch_size=16, verbose="auto")["logits"]
    patients = tuple(film.patient for film in calibration.films)
    decision = calibrate(logits, calibration.labels, patients, recipe.decision)
    probability = confidences(logits, temperature=decision.temperature, bias=decision.bias)[:, 1]
    findings = Findings(
        recipe=recipe,
        command=order.command,
        first=order.first,
        teacher=order.teacher,
        sharp=n_sharp,
        candidates=candidates,
        winner=winner,
        calibration=score(calibration.labels, probability, threshold=decision.threshold),
        zone=zone_figures(probability, calibration.labels, decision),
        films={part: len(getattr(split, part)) for part in ("fit", "validation", "calibration")},
    )
    log.info("exporting to %s", order.target.name)
    return export(
        served,
        _spec(order, _network_spec(served, recipe, trainable[winner.backbone]), decision, used),
        films=_spread(inputs),
        target=order.target,
        report=lambda bundle: write_report(bundle, findings),
    )


def progress_folder(order: Order, split: Split) -> Path:
    """Name a folder after all that decides a run: only the very same run is gone on with."""
    parts = [order.recipe_sha256, keras.__version__]
    if order.teacher is not None:
        parts.append(f"teacher {order.teacher.bundle.sha256}")
    parts += [f"{name}={first.identity()}" for name, first in sorted(order.first.items())]
    for part in ("fit", "validation", "calibration"):
        parts += [
            f"{part} {film.name} {film.label} {film.patient} {film.sha256}"
            for film in getattr(split, part)
        ]
    return order.run / hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()[:12]


def _try_networks(order: Order) -> dict[str, int]:
    """Build every candidate once, so that weights that do not fit are found before hours pass.

    Returns
    -------
    dict of str to int
        How many parameters of each are trained.
    """
    return {
        name: trainable_count(network_of(name, order.recipe, order.first[name]), order.recipe)
        for name in order.recipe.candidates
    }


def _served(backbone: str, weights: Path, recipe: Recipe) -> keras.Model:
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
        task=Task.BINARY,
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
