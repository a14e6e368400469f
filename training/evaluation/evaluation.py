"""Evaluation of a finished bundle on labelled films, as the app would answer them."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cxr_app.bundle import Bundle
from cxr_app.codes import Code
from cxr_app.engine.openvino import OpenVinoEngine
from cxr_app.limits import Limits
from cxr_app.prediction import Prediction
from cxr_app.settings import Precision
from cxr_app.spec import Task
from training.audit import measure, shortcuts
from training.data.sources import LabelledFilm, data_sha256
from training.errors import TrainingCode, TrainingError
from training.evaluation import ledger
from training.evaluation.answer_file import owner_of, store_answers
from training.evaluation.answers import ask, ask_findings, looked_for
from training.evaluation.copies import compare_copies, find_copies
from training.evaluation.error_gallery import find_mistakes, write_mistakes
from training.evaluation.measurement import measure_answers
from training.evaluation.perturbations import FORMS
from training.evaluation.subsets import find_part
from training.export.metrics_file import read_metrics
from training.metrics.figures import Called
from training.output_paths import check_output
from training.reporting.evaluation_plots import Panel, draw_pictures
from training.reporting.report import update_report

__all__ = ["EvaluationRequest", "evaluate"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRequest:
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
        Whether altered copies of the films are measured too; for two classes.
    copies : Path or None
        Folder of other copies of some of the films, under the same names; for two classes.
    errors : Path or None
        New folder for pictures of the worst errors, apart from everything else.
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


def evaluate(request: EvaluationRequest) -> dict[str, Any]:
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
    bundle, spec = request.bundle, request.bundle.spec
    _check(request)
    metrics = read_metrics(bundle)
    part = find_part(bundle, request.data, part=request.part, recipe=request.recipe)
    copies = find_copies(request.copies, part.films, spec.labels, part=request.part)
    # Settings of the environment must not change a figure.
    engine = OpenVinoEngine(bundle, precision=Precision.F32)
    opening = None
    if request.part == "test":
        opening = ledger.begin(bundle, part.films, with_forms=request.with_forms)
    if spec.task is Task.BINARY:
        prediction = Prediction(bundle, engine, limits=Limits())
        answers = ask(prediction, part.films, FORMS if request.with_forms else {})
    else:
        answers = ask_findings(bundle, engine, part.films)
    calls = answers.calls(spec.decision.threshold)
    if not any(called.has_both for called in calls):
        reason = "no film of one class got an answer"
        raise TrainingError(TrainingCode.DATA_INVALID, place=request.part, reason=reason)
    found = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": request.command,
        "bundle_sha256": bundle.sha256,
        "task": spec.task.value,
        "films": len(part.films),
        "films_sha256": data_sha256(part.films),
        **measure_answers(spec, answers, calls, part.every),
        "engine": engine.name,
        "precision": engine.precision,
        "shortcuts": _shortcuts(request, part.films),
    }
    if copies:
        found["copies"] = compare_copies(copies, prediction, answers, calls[0])
    if opening is not None:
        refused = sum(answers.refused.values())
        found["openings"] = ledger.finish(opening, refused=refused, figures=found["figures"])
        log.info("times the test has been opened for this model: %d", found["openings"])
    metrics.setdefault("evaluations", {})[request.part] = found
    _draw(request, calls)
    store_answers(owner_of(bundle), request.part, answers)
    update_report(bundle, metrics)
    if request.errors is not None:
        mistakes = find_mistakes(answers, looked_for(spec), spec.decision.threshold)
        write_mistakes(mistakes, bundle, engine, request.errors)
    return found


def _check(request: EvaluationRequest) -> None:
    spec = request.bundle.spec
    if spec.task is Task.MULTICLASS:
        reason = f"{spec.name} answers a {spec.task} task, which is not measured"
        raise TrainingError(Code.USAGE, reason=reason)
    if spec.task is not Task.BINARY and (request.with_forms or request.copies):
        option = "--perturb" if request.with_forms else "--copies"
        reason = f"{option} is for two classes, and {spec.name} answers findings"
        raise TrainingError(Code.USAGE, reason=reason)
    if request.errors is not None:
        inputs = filter(None, (request.data, request.copies, request.bundle.folder))
        check_output(request.errors, inputs=inputs, option="--errors", shows_films=True)


def _shortcuts(request: EvaluationRequest, films: tuple[LabelledFilm, ...]) -> list[dict[str, Any]]:
    """Measure what an image's size, shape or file alone predicts; never of test films."""
    if request.part == "test":
        return []
    spec = request.bundle.spec
    return [
        {"label": one.label, "name": one.name, "auc": one.auc, "higher_in": one.higher_in}
        for one in shortcuts(measure(films), spec.labels, spec.task)
    ]


def _draw(request: EvaluationRequest, calls: tuple[Called, ...]) -> None:
    spec = request.bundle.spec
    plots = request.bundle.folder / "report" / "plots"
    plots.mkdir(parents=True, exist_ok=True)
    panels = tuple(
        Panel(
            called=called,
            names=(spec.labels[0] if spec.task is Task.BINARY else f"no {label}", label),
            part=request.part,
        )
        for label, called in zip(looked_for(spec), calls, strict=True)
        if called.has_both
    )
    draw_pictures(panels, plots)
