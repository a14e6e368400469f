"""The model card: `metrics.json` told in words, every figure with its command and interval."""

from typing import Any

from cxr_app.spec import Spec
from training.reporting.card_comparisons import comparisons
from training.reporting.card_evaluation import evaluation, is_harmful
from training.reporting.markdown import table

__all__ = ["card"]


def card(spec: Spec, sha256: str, metrics: dict[str, Any]) -> str:
    """Write the card.

    Parameters
    ----------
    spec : Spec
        Of the bundle.
    sha256 : str
        Its identity.
    metrics : dict
        As `report/metrics.json` holds them.

    Returns
    -------
    str
        Markdown.
    """
    evaluations = metrics.get("evaluations", {})
    parts = [
        f"# Model card: {spec.name} {spec.version}",
        spec.notice,
        "## Details",
        _details(spec, sha256, metrics),
        "## Intended use",
        "Teaching, demonstrations and research on how such models behave. Not a medical device; no "
        "medical purpose is intended; not for diagnosis, triage or reassurance.",
        "## Population",
        _population(spec),
        "## Data",
        _data(spec, metrics),
        "## Candidates",
        _candidates(metrics),
        "## Operating point",
        _operating_point(spec, metrics),
        *(
            evaluation(spec, part, found, metrics["retrained"])
            for part, found in evaluations.items()
        ),
        *comparisons(metrics),
        "## Limits",
        _limits(metrics, evaluations),
        "## Make it again",
        f"```\n{metrics['command']}\n```",
        _recipe(spec),
        *_said(metrics),
    ]
    return "\n\n".join(parts) + "\n"


def _details(spec: Spec, sha256: str, metrics: dict[str, Any]) -> str:
    network = spec.network
    (first,) = {
        candidate["first_weights"]
        for candidate in metrics["candidates"]
        if candidate["backbone"] == metrics["winner"]
    }
    teachers = [
        f"{teacher['name']} {teacher['version']} ({teacher['backbone']} at {teacher['size']} "
        f"pixels, `{teacher['bundle_sha256'][:12]}`)"
        for teacher in metrics["teachers"]
    ]
    teaching = (
        f" Taught by {' and '.join(teachers)}: it learned to answer as "
        f"{'that one does' if len(teachers) == 1 else 'their mean does'}, from changed views of "
        "the fit films, without looking at their labels."
        if teachers
        else ""
    )
    return (
        f"{network.backbone} with a {network.head} head, sees a film at {network.size} x "
        f"{network.size} pixels; {network.parameters:,} parameters, {network.trainable:,} of them "
        f"trained; first weights: {first}.{teaching} Made {spec.created}. Identity (SHA-256 of "
        f"`spec.json`): `{sha256}`."
    )


def _population(spec: Spec) -> str:
    ages = spec.population.age_years
    age = f"{ages[0]:g}-{ages[1]:g} years" if ages else "not stated"
    return (
        f"View: {spec.population.view}. Age: {age}. Source: {spec.population.source}. For any "
        "other film the number is not valid."
    )


def _data(spec: Spec, metrics: dict[str, Any]) -> str:
    films, sharp = metrics["films"], metrics.get("sharp_copies", 0)
    copies = (
        f" Of {sharp} fit films a larger copy was taken, at the same rate in both classes."
        if sharp
        else ""
    )
    also = metrics.get("also")
    second = (
        f" Fitted too, and used for nothing else: {also['films']} films of {also['name']}, each "
        f"counting {also['weight']:g}."
        if also
        else ""
    )
    return (
        f"{spec.training.data.name}: {spec.training.data.films} films, split by patient: fit "
        f"{films['fit']}, validation {films['validation']}, calibration {films['calibration']}."
        f"{copies}{second} SHA-256 of the sorted file hashes: `{spec.training.data.sha256}`."
    )


def _candidates(metrics: dict[str, Any]) -> str:
    epochs = metrics["retrained"]["epochs"]
    added = metrics["retrained"]["with_validation_films"]
    films = "the validation films added" if added else "the same films"
    after = (
        f"The winner was then trained {epochs} epoch{'s' if epochs > 1 else ''} more, with "
        f"{films}; the figures are from before that."
        if epochs
        else "The winner was not trained further."
    )
    rows = [
        (
            candidate["backbone"],
            f"{candidate['validation']['accuracy']:.3f}",
            f"{candidate['validation']['auc']:.3f}",
            f"{candidate['best_epoch']} of {len(candidate['curves'])}",
        )
        for candidate in metrics["candidates"]
    ]
    return (
        "Validation chooses; it is not what a new film may expect. Accuracy here is of raw answers "
        f"at 0.5, before calibration. {after}\n\n"
        + table(("candidate", "validation accuracy", "validation AUC", "best epoch"), rows)
        + "\n\n![Loss, accuracy, AUC and learning rate by epoch](plots/curves.png)"
    )


def _operating_point(spec: Spec, metrics: dict[str, Any]) -> str:
    decision, scores, zone = spec.decision, metrics["calibration"], metrics.get("zone")
    sensitivity, specificity = decision.measured.sensitivity, decision.measured.specificity
    low, high = decision.zone
    if low == high:
        doubt = 'No probability is answered "not sure".'
    else:
        doubt = f'The answer is "not sure" from {low:.3f} to {high:.3f}.'
    if zone:
        doubt += (
            f" {zone['share_inside']:.1%} of the films lie there, and of the others "
            f"{zone['right_outside']:.1%} are right (classes alike)."
        )
    return (
        f"{decision.aim}; threshold {decision.threshold:.3f}. On the {decision.films} calibration "
        f"films, which also fitted the calibration: sensitivity {sensitivity.value:.3f} (95 % "
        f"interval {sensitivity.low:.3f}-{sensitivity.high:.3f}), specificity "
        f"{specificity.value:.3f} ({specificity.low:.3f}-{specificity.high:.3f}), AUC "
        f"{scores['auc']:.3f}, ECE {scores['ece']:.3f}. {doubt}"
    )


def _limits(metrics: dict[str, Any], evaluations: dict[str, Any]) -> str:
    lines = list(metrics.get("limits", []))
    for part, found in evaluations.items():
        lines += [
            f"{form['form'][0].upper()}{form['form'][1:]}: on the {part} films sensitivity is then "
            f"{form['sensitivity']:.3f} and specificity {form['specificity']:.3f}."
            for form in found["forms"]
            if "auc_change" in form and is_harmful(form)
        ]
    if not any(found["forms"] for found in evaluations.values()):
        lines.append(
            "Films in other shapes, sizes or compressions: how far they move the answer has not "
            "been measured for this model."
        )
    if "test" not in evaluations:
        lines.append(
            "The archive's official test films, where it has any, have not been opened for this "
            "model."
        )
    lines.append("Made from the picture alone: no history, no second view, no earlier film.")
    return "\n".join(f"- {line}" for line in lines)


def _said(metrics: dict[str, Any]) -> list[str]:
    """Say where the recipe does otherwise than the system that it reproduces."""
    said, ours = metrics.get("seed_said") or {}, metrics.get("ours") or []
    if not said:
        return []
    parts = [
        "## The system that this reproduces",
        "What it says or does, where the recipe does otherwise:",
        "\n".join(f"- {key.replace('_', ' ')}: {text}" for key, text in said.items()),
    ]
    if ours:
        parts.append(f"Values that it does not give and that are ours: {', '.join(ours)}.")
    return parts


def _recipe(spec: Spec) -> str:
    versions = ", ".join(f"{name} {value}" for name, value in spec.training.versions.items())
    return (
        f"Recipe `{spec.training.recipe}` (SHA-256 `{spec.training.recipe_sha256}`), seed "
        f"{spec.training.seed}, {versions}. Where data and weights come from: `NOTICE`."
    )
