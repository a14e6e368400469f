"""What is written beside a model: `metrics.json`, and what is drawn and told from it."""

import json
import math
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any

from cxr_app.bundle import Bundle, open_bundle
from training.export.metrics_file import read_metrics
from training.learning.logs import write_curves
from training.learning.progress import Epoch
from training.metrics.scores import Scores
from training.networks.teacher import Teacher
from training.networks.weights import FirstWeights
from training.recipes.network import Freeze
from training.recipes.recipe import Recipe
from training.reporting.card import card
from training.reporting.curve_plots import draw_curves
from training.selection.candidates import Candidate

__all__ = ["RunResults", "carry_over", "never_trained", "update_report", "write_report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResults:
    """What a training run gave.

    Attributes
    ----------
    recipe : Recipe
    command : str
        That makes the bundle again.
    first : dict of str to FirstWeights
        Of each candidate.
    teachers : tuple of Teacher
    sharp : int
        Fit films of which a larger copy was used.
    candidates : tuple of Candidate
    winner : Candidate
    calibration : Scores
        Of the served model on the calibration films, at its operating point.
    zone : tuple of two floats, or None
        Share of the calibration films inside the indeterminate zone, and share of the others that
        are right; classes weighted equally, 0..1. None where there is no zone.
    films : dict of str to int
        Films of each part of the split.
    also : int
        Films of a second archive that were fitted too.
    """

    recipe: Recipe
    command: str
    first: dict[str, FirstWeights]
    teachers: tuple[Teacher, ...]
    sharp: int
    candidates: tuple[Candidate, ...]
    winner: Candidate
    calibration: Scores
    zone: tuple[float, float] | None
    films: dict[str, int]
    also: int


def write_report(bundle: Bundle, results: RunResults) -> None:
    """Write `report/` of a fresh bundle."""
    update_report(bundle, _metrics(bundle, results))


def carry_over(before: Bundle, after: Bundle, **found: Any) -> None:
    """Write `report/` of a bundle that got further parts: what was measured before stays.

    Each evaluation bears the identity of the bundle that it measured, so the card can tell.

    Parameters
    ----------
    before, after : Bundle
    **found : object
        Figures of the parts: each is a file NAME.json and an entry of `metrics.json`; None takes
        it out.
    """
    for name, one in found.items():
        place = after.folder / "report" / f"{name}.json"
        if one is None:
            place.unlink(missing_ok=True)
        else:
            place.write_text(json.dumps(_finite(one), indent=1) + "\n", "utf-8")
    if not (before.folder / "report" / "metrics.json").is_file():
        return  # a bundle that was made without a report
    metrics = {**read_metrics(before), "bundle_sha256": after.sha256, **found}
    update_report(after, {name: one for name, one in metrics.items() if one is not None})


def update_report(bundle: Bundle, metrics: dict[str, Any]) -> None:
    """Write `report/` from its figures; the model stays as it is.

    Parameters
    ----------
    bundle : Bundle
    metrics : dict
        What `metrics.json` shall hold; dataclasses in it are written as tables.
    """
    folder = bundle.folder / "report"
    (folder / "plots").mkdir(parents=True, exist_ok=True)
    text = json.dumps(_finite(metrics), indent=2, allow_nan=False) + "\n"
    (folder / "metrics.json").write_text(text, "utf-8")
    plain = json.loads(text)
    (folder / "card.md").write_text(card(bundle.spec, bundle.sha256, plain), "utf-8")
    draw_curves(plain["candidates"], folder / "plots" / "curves.png")
    write_curves(plain["candidates"], folder / "curves.csv")


def _finite(value: Any) -> Any:
    """Make dataclasses tables, and null of what has no value, which JSON has no number for."""
    if is_dataclass(value) and not isinstance(value, type):
        return _finite(asdict(value))
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _metrics(bundle: Bundle, results: RunResults) -> dict[str, Any]:
    recipe = results.recipe
    return {
        "bundle_sha256": bundle.sha256,
        "command": results.command,
        "films": results.films,
        "sharp_copies": results.sharp,
        "also": recipe.also
        and {"name": recipe.also.name, "films": results.also, "weight": recipe.also.weight},
        "winner": results.winner.backbone,
        "teachers": [_taught_by(teacher) for teacher in results.teachers],
        "candidates": [
            {
                "backbone": candidate.backbone,
                "first_weights": _shown(results.first[candidate.backbone]),
                "is_refused": candidate.gives_one_answer,
                "best_epoch": candidate.best.epoch,
                "validation": candidate.best.validation,
                "curves": [_row(epoch) for epoch in candidate.curves],
            }
            for candidate in results.candidates
        ],
        "retrained": {
            "epochs": recipe.retrain.epochs,
            "with_validation_films": recipe.retrain.add_validation,
        },
        "calibration": results.calibration,
        "zone": results.zone
        and {"share_inside": results.zone[0], "right_outside": results.zone[1]},
        "limits": [
            *recipe.population.limits,
            *never_trained(recipe, results.first),
            *_known_before(bundle, results),
            *_one_class_also(results),
        ],
        "ours": list(recipe.ours),
        "seed_said": recipe.seed_said,
    }


def never_trained(recipe: Recipe, first: dict[str, FirstWeights]) -> tuple[str, ...]:
    """Say which candidates' frozen layers keep random weights: a run of them proves no worth."""
    if recipe.network.freeze is Freeze.NONE:
        return ()
    return tuple(
        f"The frozen layers of {name} were never trained: its run shows that the recipe runs, and "
        "nothing of what it is worth."
        for name in recipe.candidates
        if first[name].source == "none"
    )


def _known_before(bundle: Bundle, results: RunResults) -> list[str]:
    """Say that the winner's first weights may have been fitted on films that judge it here."""
    first = results.first[results.winner.backbone]
    if not first.is_bundle:
        return []
    other = open_bundle(Path(first.source))
    data, seed = other.spec.training.data, other.spec.training.seed
    is_same = (data.sha256, seed) == (bundle.spec.training.data.sha256, bundle.spec.training.seed)
    if is_same and read_metrics(other)["films"] == results.films:
        return []
    return [
        f"Its first weights are those of {other.spec.name} {other.spec.version}, fitted on "
        f"{data.name}. Whether films that choose or calibrate here were among those is not "
        "known; where they were, the figures are optimistic."
    ]


def _one_class_also(results: RunResults) -> list[str]:
    also = results.recipe.also
    if also is None or len(also.only) != 1:
        return []
    return [
        f"All films of {also.name} that were fitted are {also.only[0]}: what tells those films "
        "from the first archive's may have been learned as that."
    ]


def _row(epoch: Epoch) -> dict[str, Any]:
    return {
        "epoch": epoch.epoch,
        "learning_rate": epoch.learning_rate,
        "loss": epoch.loss,
        "training_accuracy": epoch.accuracy,
        **asdict(epoch.validation),
    }


def _shown(first: FirstWeights) -> str:
    return first.source if first.source in ("imagenet", "none") else Path(first.source).name


def _taught_by(teacher: Teacher) -> dict[str, Any]:
    spec = teacher.bundle.spec
    return {
        "name": spec.name,
        "version": spec.version,
        "backbone": spec.network.backbone,
        "size": spec.network.size,
        "bundle_sha256": teacher.bundle.sha256,
    }
