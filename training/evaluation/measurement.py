"""Evaluate: measure a finished bundle on labelled films, as the app would answer them."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from cxr_app.bundle import Bundle
from cxr_app.codes import Code
from cxr_app.engine.openvino import OpenVinoEngine
from cxr_app.errors import TrainingError
from cxr_app.limits import Limits
from cxr_app.prediction import Prediction
from cxr_app.settings import Precision
from cxr_app.spec import Task
from training.audit import measure, shortcuts
from training.calibration.indeterminate_zone import zone_figures
from training.data.sources import LabelledFilm, data_sha256
from training.evaluation import ledger
from training.evaluation.answer_file import keep_answers, owner_of
from training.evaluation.answers import Answers, ask, ask_findings, looked_for
from training.evaluation.class_report import class_report, classes_of
from training.evaluation.copies import Copies, compare_copies, find_copies
from training.evaluation.error_gallery import check_folder, find_mistakes, write_mistakes
from training.evaluation.perturbations import FORMS
from training.evaluation.robustness import changed_form
from training.evaluation.subgroups import groups_apart, kinds_apart
from training.evaluation.subsets import Part, find_part
from training.export.metrics_file import read_metrics
from training.metrics.figures import (
    Called,
    confusion,
    main_figures,
    mean_figures,
    predictive_values,
)
from training.reporting.evaluation_plots import Panel, draw_pictures
from training.reporting.report import write_again

__all__ = ["Inquiry", "evaluate"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What is asked for.

    Attributes
    ----------
    bundle : Bundle
        Of two classes, or of findings that do not exclude each other.
    data : Path
        Folder of films.
    part : str
        "test": the archive's own test films; "validation": those that chose the model, which needs
        its recipe; "all": every film of a folder that has no parts.
    recipe : Path or None
        Of the model; findings need it.
    with_forms : bool
        Whether changed forms are measured too; for two classes.
    copies : Path or None
        Folder of other copies of some of the films, under the same names; for two classes.
    errors : Path or None
        Folder for pictures of the worst errors, apart from everything else.
    command : str
        As it was typed, for the card.
    """

    bundle: Bundle
    data: Path
    part: str
    recipe: Path | None
    with_forms: bool
    copies: Path | None
    errors: Path | None = None
    command: str


def evaluate(inquiry: Inquiry) -> dict[str, Any]:
    """Measure, write the report again, and keep the ledger where the test was opened.

    Returns
    -------
    dict
        What was added to `report/metrics.json`.

    Raises
    ------
    TrainingError
        `usage` or `data_invalid`, before a film is read.
    """
    bundle = inquiry.bundle
    _check(inquiry)
    metrics = read_metrics(bundle)
    part = find_part(bundle, inquiry.data, part=inquiry.part, recipe=inquiry.recipe)
    copies = find_copies(inquiry.copies, part.films, bundle.spec.labels, part=inquiry.part)
    # Settings of the environment must not change a figure.
    engine = OpenVinoEngine(bundle, precision=Precision.F32)
    prediction = None
    if bundle.spec.task is Task.BINARY:
        prediction = Prediction(bundle, engine, limits=Limits())
    opening = _open(inquiry, part.films) if inquiry.part == "test" else None
    answers = _ask(inquiry, prediction or engine, part.films)
    calls = _calls(inquiry, answers)
    found = _findings(inquiry, part, answers, calls)
    found["engine"], found["precision"] = engine.name, engine.precision
    found["shortcuts"] = _shortcuts(inquiry, part.films)
    if prediction is not None:
        found |= _of_two_classes(prediction, copies, answers, calls[0])
    if opening is not None:
        found["openings"] = ledger.finish(
            opening, refused=sum(answers.refused.values()), figures=found["figures"]
        )
        log.info("times the test has been opened for this model: %d", found["openings"])
    metrics.setdefault("evaluations", {})[inquiry.part] = found
    _write(inquiry, metrics, answers, calls)
    _draw_errors(inquiry, engine, answers)
    return found


def _shortcuts(inquiry: Inquiry, films: tuple[LabelledFilm, ...]) -> list[dict[str, Any]]:
    """Measure what a picture's size, shape or file alone tells; of test films no such figure is."""
    if inquiry.part == "test":
        return []
    spec = inquiry.bundle.spec
    return [
        {"label": one.label, "name": one.name, "auc": one.auc, "higher_in": one.higher_in}
        for one in shortcuts(measure(films), spec.labels, spec.task)
    ]


def _check(inquiry: Inquiry) -> None:
    spec = inquiry.bundle.spec
    if spec.task is Task.MULTICLASS or spec.gate is not None:
        what = "asks for a gate" if spec.gate is not None else f"answers a {spec.task} task"
        raise TrainingError(Code.USAGE, reason=f"{spec.name} {what}, which is not measured")
    if spec.task is not Task.BINARY and (inquiry.with_forms or inquiry.copies):
        option = "--perturb" if inquiry.with_forms else "--copies"
        reason = f"{option} is for two classes, and {spec.name} answers findings"
        raise TrainingError(Code.USAGE, reason=reason)
    if inquiry.errors is not None:
        others = (inquiry.data, inquiry.copies, inquiry.bundle.folder)
        check_folder(inquiry.errors, [other for other in others if other is not None])


def _ask(
    inquiry: Inquiry, asked: Prediction | OpenVinoEngine, films: tuple[LabelledFilm, ...]
) -> Answers:
    if isinstance(asked, Prediction):
        return ask(asked, films, FORMS if inquiry.with_forms else {})
    return ask_findings(inquiry.bundle, asked, films)


def _calls(inquiry: Inquiry, answers: Answers) -> tuple[Called, ...]:
    calls = answers.calls(inquiry.bundle.spec.decision.threshold)
    if not any(called.has_both for called in calls):
        raise TrainingError(
            Code.DATA_INVALID, place=inquiry.part, reason="no film of one class got an answer"
        )
    return calls


def _findings(
    inquiry: Inquiry, part: Part, answers: Answers, calls: tuple[Called, ...]
) -> dict[str, Any]:
    spec = inquiry.bundle.spec
    labels = looked_for(spec)
    found: dict[str, Any] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": inquiry.command,
        "bundle_sha256": inquiry.bundle.sha256,
        "task": spec.task.value,
        "films": len(part.films),
        "films_sha256": data_sha256(part.films),
        "patients": len(set(answers.patients)),
        "refused": {str(code): count for code, count in sorted(answers.refused.items())},
        "figures": mean_figures(calls),
        "report": class_report(classes_of(calls, spec.task), spec.labels),
        "kinds": {},
        "groups": groups_apart(answers.films, calls, labels),
        "forms": [],
        "shared_patients": _without_shared(part.every, answers, calls),
    }
    if spec.task is not Task.BINARY:
        found["labels"] = [_label(name, called) for name, called in zip(labels, calls, strict=True)]
    return found


def _label(name: str, called: Called) -> dict[str, Any]:
    return {
        "label": name,
        "with_label": int(called.labels.sum()),
        "figures": main_figures(called),
        "predictive": predictive_values(called),
        "confusion": confusion(called),
    }


def _of_two_classes(
    prediction: Prediction, copies: Copies, answers: Answers, called: Called
) -> dict[str, Any]:
    """Measure what only classes that exclude each other have."""
    decision = prediction.bundle.spec.decision
    inside, right = zone_figures(called.probability, called.labels, decision)
    found: dict[str, Any] = {
        "predictive": predictive_values(called),
        "confusion": confusion(called),
        "zone": {"share_inside": inside, "right_outside": right},
        "kinds": kinds_apart(answers.films, called),
        "forms": [changed_form(name, after, called) for name, after in answers.forms.items()],
    }
    if copies:
        found["copies"] = compare_copies(copies, prediction, answers, called)
    return found


def _without_shared(
    every: tuple[LabelledFilm, ...], answers: Answers, calls: tuple[Called, ...]
) -> dict[str, Any] | None:
    """Leave out patient numbers that stand in another of the archive's folders too.

    Nobody knows whether an equal number there means the same child.
    """
    elsewhere: dict[str, set[str]] = {}
    for film in every:
        elsewhere.setdefault(film.patient, set()).add(film.subset)
    alone = np.array([len(elsewhere[film.patient]) == 1 for film in answers.films])
    rest = tuple(called.only(alone) for called in calls)
    if alone.all() or not any(called.has_both for called in rest):
        return None
    return {"films_left_out": int((~alone).sum()), "figures_without": mean_figures(rest)}


def _draw_errors(inquiry: Inquiry, engine: OpenVinoEngine, answers: Answers) -> None:
    if inquiry.errors is None:
        return
    spec = inquiry.bundle.spec
    mistakes = find_mistakes(answers, looked_for(spec), spec.decision.threshold)
    write_mistakes(mistakes, inquiry.bundle, engine, inquiry.errors)


def _open(inquiry: Inquiry, films: tuple[LabelledFilm, ...]) -> ledger.Opening:
    spec = inquiry.bundle.spec
    return ledger.begin(
        films,
        name=spec.name,
        version=spec.version,
        sha256=inquiry.bundle.sha256,
        with_forms=inquiry.with_forms,
    )


def _write(
    inquiry: Inquiry, metrics: dict[str, Any], answers: Answers, calls: tuple[Called, ...]
) -> None:
    bundle = inquiry.bundle
    plots = bundle.folder / "report" / "plots"
    plots.mkdir(parents=True, exist_ok=True)
    is_binary = bundle.spec.task is Task.BINARY
    panels = tuple(
        Panel(
            called=called,
            names=(bundle.spec.labels[0] if is_binary else f"no {label}", label),
            part=inquiry.part,
        )
        for label, called in zip(looked_for(bundle.spec), calls, strict=True)
        if called.has_both
    )
    draw_pictures(panels, plots)
    keep_answers(owner_of(bundle), inquiry.part, answers)
    write_again(bundle, metrics)
