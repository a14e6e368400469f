"""The model card: `metrics.json` told in words, every figure with its command and interval."""

from collections.abc import Sequence
from typing import Any, Final

from cxr_app.spec import Spec

__all__ = ["card"]

WORTH_SAYING: Final = 0.05


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
            _evaluation(spec, part, found, metrics["retrained"])
            for part, found in evaluations.items()
        ),
        *_comparisons(metrics),
        "## Limits",
        _limits(metrics, evaluations),
        "## Make it again",
        f"```\n{metrics['command']}\n```",
        _recipe(spec),
    ]
    return "\n\n".join(parts) + "\n"


def _details(spec: Spec, sha256: str, metrics: dict[str, Any]) -> str:
    network = spec.network
    (first,) = {
        candidate["first_weights"]
        for candidate in metrics["candidates"]
        if candidate["backbone"] == metrics["winner"]
    }
    teacher = metrics.get("teacher")
    teaching = (
        f" Taught by {teacher['name']} {teacher['version']} ({teacher['backbone']} at "
        f"{teacher['size']} pixels, `{teacher['bundle_sha256'][:12]}`): it learned to answer as "
        "that one does, from changed views of the fit films, without looking at their labels."
        if teacher
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
    return (
        f"{spec.training.data.name}: {spec.training.data.films} films, split by patient: fit "
        f"{films['fit']}, validation {films['validation']}, calibration {films['calibration']}."
        f"{copies} SHA-256 of the sorted file hashes: `{spec.training.data.sha256}`."
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
        + _table(("candidate", "validation accuracy", "validation AUC", "best epoch"), rows)
        + "\n\n![Training loss, validation accuracy and AUC by epoch](plots/curves.png)"
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


def _evaluation(spec: Spec, part: str, found: dict[str, Any], retrained: dict[str, Any]) -> str:
    refused = sum(found["refused"].values())
    reasons = "".join(f", {count} {code}" for code, count in found["refused"].items())
    opened = (
        f" The official test has been opened {found['openings']} time"
        f"{'s' if found['openings'] > 1 else ''} for this model (`docs/test-ledger.csv`)."
        if "openings" in found
        else ""
    )
    caveat = (
        " These films chose the epoch and the candidate, so the figures are kind."
        if part == "validation"
        else ""
    )
    if part == "validation" and retrained["epochs"] and retrained["with_validation_films"]:
        caveat += " The winner has since been trained on them too: they are kinder still."
    names = {
        "auc": "AUC",
        "accuracy": "accuracy",
        "sensitivity": "sensitivity",
        "specificity": "specificity",
        "brier": "Brier score, classes alike",
        "ece": "ECE, classes alike",
    }
    rows = [(shown, _interval(found["figures"][name])) for name, shown in names.items()]
    zone, confusion = found["zone"], found["confusion"]
    positive, negative = spec.labels[-1], spec.labels[0]
    blocks = [
        f"## Measured on the {part} films",
        f"```\n{found['command']}\n```",
        f"{found['films']} films of {found['patients']} patients; {refused} refused{reasons}. "
        f"95 % intervals by drawing patients again, 2000 times.{opened}{caveat}",
        _table(("figure", "value (95 %)"), rows),
        _table(
            ("", f"called {positive}", f"called {negative}"),
            [
                (positive, str(confusion["true_positive"]), str(confusion["false_negative"])),
                (negative, str(confusion["false_positive"]), str(confusion["true_negative"])),
            ],
        ),
        f"{zone['share_inside']:.1%} of the films lie in the not-sure zone; of the others "
        f"{zone['right_outside']:.1%} are right (classes alike).",
        "What a label is worth where the disease is rarer or more common (Bayes):",
        _table(
            ("prevalence", f"{positive} is right (PPV)", f"{negative} is right (NPV)"),
            [
                (f"{row['prevalence']:.0%}", _interval(row["ppv"]), _interval(row["npv"]))
                for row in found["predictive"]
            ],
        ),
        *_kinds(found),
        *_shared(found),
        *_forms(spec, found),
        *_copies(found),
        f"![ROC curve](plots/roc-{part}.png) ![Reliability](plots/reliability-{part}.png)",
    ]
    return "\n\n".join(blocks)


def _kinds(found: dict[str, Any]) -> list[str]:
    rows = [
        (kind, str(one["films"]), _interval(one["sensitivity"]), _interval(one["auc"]))
        for kind, one in found["kinds"].items()
    ]
    title = "By kind of infection, each against all films of the other class:"
    return [title, _table(("kind", "films", "sensitivity", "AUC"), rows)] if rows else []


def _shared(found: dict[str, Any]) -> list[str]:
    shared = found["shared_patients"]
    if shared is None:
        return []
    figures = shared["figures_without"]
    return [
        f"{shared['films_left_out']} of the films bear a patient number that stands in another of "
        "the archive's folders too; whether it is the same child is not known. Without them: AUC "
        f"{_interval(figures['auc'])}, accuracy {_interval(figures['accuracy'])}, sensitivity "
        f"{_interval(figures['sensitivity'])}, specificity {_interval(figures['specificity'])}."
    ]


def _forms(spec: Spec, found: dict[str, Any]) -> list[str]:
    rows = [
        (
            form["form"],
            _signed(form["auc_change"]),
            f"{form['mean_change']:.3f}",
            f"{form['mean_shift']['looked_for']:+.3f}",
            f"{form['mean_shift']['other']:+.3f}",
            f"{form['sensitivity']:.3f}",
            f"{form['specificity']:.3f}",
        )
        for form in found["forms"]
    ]
    head = (
        "changed form",
        "change of AUC (95 %)",
        "mean change of probability",
        f"mean shift, {spec.labels[-1]}",
        f"mean shift, {spec.labels[0]}",
        "sensitivity",
        "specificity",
    )
    title = "The same films in changed forms, each compared with itself unchanged:"
    return [title, _table(head, rows)] if rows else []


def _copies(found: dict[str, Any]) -> list[str]:
    copies = found.get("copies")
    if copies is None:
        return []
    return [
        f"{copies['films']} of the films in larger copies: AUC {_signed(copies['auc_change'])} "
        f"from {_interval(copies['auc'])}, mean change of probability {copies['mean_change']:.3f}."
    ]


def _comparisons(metrics: dict[str, Any]) -> list[str]:
    rows = [
        (
            f"{one['other']} {one['version']} ({one['backbone']})",
            f"{one['part']}, {one['films']}",
            _signed(one["auc"]),
            _signed(one["accuracy"]),
            f"{one['times_faster']:.1f}",
        )
        for one in metrics.get("comparisons", [])
    ]
    head = (
        "other model",
        "films",
        "AUC, this one less the other",
        "accuracy, this one less the other",
        "times faster per film",
    )
    told = (
        "In pairs, on the very same films; an interval that holds 0 means that the two cannot be "
        "told apart."
    )
    return ["## Compared", told, _table(head, rows)] if rows else []


def _limits(metrics: dict[str, Any], evaluations: dict[str, Any]) -> str:
    lines = list(metrics.get("limits", []))
    for part, found in evaluations.items():
        lines += [
            f"{form['form'].capitalize()}: on the {part} films sensitivity is then "
            f"{form['sensitivity']:.3f} and specificity {form['specificity']:.3f}."
            for form in found["forms"]
            if _is_harmful(form, found["figures"])
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


def _is_harmful(form: dict[str, Any], figures: dict[str, Any]) -> bool:
    """Whether a change of the film costs more of a figure than a reader would put up with."""
    fall = max(figures[name]["value"] - form[name] for name in ("sensitivity", "specificity"))
    return bool(fall > WORTH_SAYING)


def _recipe(spec: Spec) -> str:
    versions = ", ".join(f"{name} {value}" for name, value in spec.training.versions.items())
    return (
        f"Recipe `{spec.training.recipe}` (SHA-256 `{spec.training.recipe_sha256}`), seed "
        f"{spec.training.seed}, {versions}. Where data and weights come from: `NOTICE`."
    )


def _interval(one: dict[str, float]) -> str:
    return f"{one['value']:.3f} ({one['low']:.3f}-{one['high']:.3f})"


def _signed(one: dict[str, float]) -> str:
    return f"{one['value']:+.4f} ({one['low']:+.4f} to {one['high']:+.4f})"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
