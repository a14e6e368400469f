"""What is written beside a model: figures of every candidate, curves, and the card."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from cxr_app.bundle import Bundle
from training.fit import Epoch
from training.metrics import Scores
from training.recipe import Recipe
from training.select import Candidate
from training.teacher import Teacher
from training.weights import FirstWeights

__all__ = ["Findings", "write_report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a run found.

    Attributes
    ----------
    recipe : Recipe
    command : str
        That makes the bundle again.
    first : dict of str to FirstWeights
        Of each candidate.
    teacher : Teacher or None
    candidates : tuple of Candidate
    winner : Candidate
    calibration : Scores
        Of the served model on the calibration films, at its operating point.
    zone : tuple of two floats
        Share of the calibration films inside the not-sure zone, and how many of those outside are
        right; classes alike, 0..1.
    films : dict of str to int
        Films of each part of the split.
    """

    recipe: Recipe
    command: str
    first: dict[str, FirstWeights]
    teacher: Teacher | None
    candidates: tuple[Candidate, ...]
    winner: Candidate
    calibration: Scores
    zone: tuple[float, float]
    films: dict[str, int]


def write_report(bundle: Bundle, findings: Findings) -> None:
    """Write `report/`; it may be written again without changing the model."""
    folder = bundle.folder / "report"
    (folder / "plots").mkdir(parents=True, exist_ok=True)
    metrics = json.dumps(_metrics(bundle, findings), indent=2) + "\n"
    (folder / "metrics.json").write_text(metrics, "utf-8")
    (folder / "card.md").write_text(_card(bundle, findings), "utf-8")
    _draw_curves(findings.candidates, folder / "plots" / "curves.png")


def _metrics(bundle: Bundle, findings: Findings) -> dict[str, Any]:
    return {
        "bundle_sha256": bundle.sha256,
        "command": findings.command,
        "films": findings.films,
        "winner": findings.winner.backbone,
        "teacher": _taught_by(findings.teacher),
        "candidates": [
            {
                "backbone": candidate.backbone,
                "first_weights": _shown(findings.first[candidate.backbone]),
                "is_refused": candidate.gives_one_answer,
                "best_epoch": candidate.best.epoch,
                "validation": asdict(candidate.best.validation),
                "curves": [_row(epoch) for epoch in candidate.curves],
            }
            for candidate in findings.candidates
        ],
        "retrained": {
            "epochs": findings.recipe.retrain.epochs,
            "with_validation_films": findings.recipe.retrain.add_validation,
            "note": "validation figures are from before the retraining",
        },
        "calibration": asdict(findings.calibration),
        "zone": {"share_inside": findings.zone[0], "right_outside": findings.zone[1]},
    }


def _row(epoch: Epoch) -> dict[str, Any]:
    return {"epoch": epoch.epoch, "loss": epoch.loss, **asdict(epoch.validation)}


def _taught_by(teacher: Teacher | None) -> dict[str, str] | None:
    if teacher is None:
        return None
    spec = teacher.bundle.spec
    return {
        "name": spec.name,
        "version": spec.version,
        "backbone": spec.network.backbone,
        "bundle_sha256": teacher.bundle.sha256,
    }


def _shown(first: FirstWeights) -> str:
    return first.source if first.source in ("imagenet", "none") else Path(first.source).name


def _card(bundle: Bundle, findings: Findings) -> str:
    spec = bundle.spec
    sensitivity = spec.decision.measured.sensitivity
    specificity = spec.decision.measured.specificity
    rows = "\n".join(_candidate_row(candidate) for candidate in findings.candidates)
    versions = ", ".join(f"{name} {value}" for name, value in spec.training.versions.items())
    limits = "\n".join(f"- {limit}" for limit in findings.recipe.population.limits)
    ages = spec.population.age_years
    return f"""# Model card: {spec.name} {spec.version}

{spec.notice}

## Details

{spec.network.backbone} with a {spec.network.head} head, sees a film at {spec.network.size} x \
{spec.network.size} pixels; {spec.network.parameters:,} parameters, {spec.network.trainable:,} of \
them trained; first weights: {_shown(findings.first[findings.winner.backbone])}.\
{_teaching(findings.teacher)} Made {spec.created}. Identity (SHA-256 of `spec.json`): \
`{bundle.sha256}`.

## Intended use

Teaching, demonstrations and research on how such models behave. Not a medical device; no medical \
purpose is intended; not for diagnosis, triage or reassurance.

## Population

View: {spec.population.view}. Age: {f"{ages[0]:g}-{ages[1]:g} years" if ages else "not stated"}. \
Source: {spec.population.source}. For any other film the number is not valid.

## Data

{spec.training.data.films} films, split by patient: fit {findings.films["fit"]}, validation \
{findings.films["validation"]}, calibration {findings.films["calibration"]}. SHA-256 of the sorted \
file hashes: `{spec.training.data.sha256}`.

## Candidates

Validation chooses; it is not what a new film may expect. {_retraining(findings.recipe)}

| candidate | validation accuracy | validation AUC | best epoch |
| --- | --- | --- | --- |
{rows}

## Operating point

{spec.decision.aim}; threshold {spec.decision.threshold:.3f}. On the {spec.decision.films} \
calibration films, which also fitted the calibration: sensitivity {sensitivity.value:.3f} (95 % \
interval {sensitivity.low:.3f}-{sensitivity.high:.3f}), specificity {specificity.value:.3f} \
({specificity.low:.3f}-{specificity.high:.3f}), AUC {findings.calibration.auc:.3f}, ECE \
{findings.calibration.ece:.3f}. The answer is "not sure" from {spec.decision.zone[0]:.3f} to \
{spec.decision.zone[1]:.3f}: {findings.zone[0]:.1%} of the films lie there, and of the others \
{findings.zone[1]:.1%} are right (classes alike).

## Limits

{limits}
- The archive's official test films, where it has any, have not been opened for this model.
- Made from the picture alone: no history, no second view, no earlier film.

## Make it again

```
{findings.command}
```

Recipe `{spec.training.recipe}` (SHA-256 `{spec.training.recipe_sha256}`), seed \
{spec.training.seed}, {versions}.
"""


def _teaching(teacher: Teacher | None) -> str:
    if teacher is None:
        return ""
    spec = teacher.bundle.spec
    return (
        f" Taught by {spec.name} {spec.version} ({spec.network.backbone} at {spec.network.size} "
        f"pixels, `{teacher.bundle.sha256[:12]}`): it learned to answer as that one does, from "
        "changed views of the fit films, without their labels."
    )


def _retraining(recipe: Recipe) -> str:
    epochs, added = recipe.retrain.epochs, recipe.retrain.add_validation
    if epochs == 0:
        return "The winner was not trained further."
    films = "the validation films added" if added else "the same films"
    return (
        f"The winner was then trained {epochs} epoch{'s' if epochs > 1 else ''} more, with "
        f"{films}; the figures are from before that."
    )


def _candidate_row(candidate: Candidate) -> str:
    best = candidate.best
    return (
        f"| {candidate.backbone} | {best.validation.accuracy:.3f} | {best.validation.auc:.3f} "
        f"| {best.epoch} of {len(candidate.curves)} |"
    )


def _draw_curves(candidates: tuple[Candidate, ...], place: Path) -> None:
    matplotlib.use("agg")
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    loss, accuracy = figure.subplots(1, 2)
    for candidate, style in zip(candidates, ("-o", "--s", ":^", "-.d") * 4, strict=False):
        epochs = [row.epoch for row in candidate.curves]
        loss.plot(epochs, [row.loss for row in candidate.curves], style, label=candidate.backbone)
        values = [row.validation.accuracy for row in candidate.curves]
        accuracy.plot(epochs, values, style, label=candidate.backbone)
    for axes, title in ((loss, "training loss"), (accuracy, "validation accuracy")):
        axes.set(title=title, xlabel="epoch")
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(place, dpi=110)
