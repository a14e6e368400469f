"""Evaluate: measure a finished bundle on labelled films, as the app would answer them."""

import logging
from dataclasses import dataclass, replace
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
from training import ledger
from training.answers import Answers, ask
from training.calibrate import zone_figures
from training.compare import keep_answers
from training.copies import compare_copies, find_copies
from training.figures import Called, change_of_auc, main_figures, predictive_values
from training.forms import FORMS
from training.plots import draw_reliability, draw_roc
from training.recipe import read_recipe
from training.report import read_metrics, write_again
from training.sources import LabelledFilm, data_sha256, read_class_folders
from training.sources.names import kind_of
from training.splits import split_by_patient

__all__ = ["Inquiry", "evaluate"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What is asked for.

    Attributes
    ----------
    bundle : Bundle
    data : Path
        Folder of films by class.
    part : str
        "test": the archive's own test films; "validation": those that chose the model, which needs
        its recipe; "all": every film of a folder that has no parts.
    recipe : Path or None
        Of the model.
    with_forms : bool
        Whether changed forms are measured too.
    copies : Path or None
        Folder of other copies of some of the films, under the same names.
    command : str
        As it was typed, for the card.
    """

    bundle: Bundle
    data: Path
    part: str
    recipe: Path | None
    with_forms: bool
    copies: Path | None
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
    metrics = read_metrics(bundle)
    every = read_class_folders(inquiry.data, bundle.spec.labels)
    films = _part(inquiry, every)
    copies = find_copies(inquiry.copies, films, bundle.spec.labels, part=inquiry.part)
    # Settings of the environment must not change a figure.
    engine = OpenVinoEngine(bundle, precision=Precision.F32)
    prediction = Prediction(bundle, engine, limits=Limits())
    opening = _open(inquiry, films) if inquiry.part == "test" else None
    answers = ask(prediction, films, FORMS if inquiry.with_forms else {})
    called = _called(answers, bundle)
    if len(set(called.labels.tolist())) < 2:
        raise TrainingError(
            Code.DATA_INVALID, place=inquiry.part, reason="no film of one class got an answer"
        )
    found = _findings(inquiry, films, answers, called)
    found["engine"], found["precision"] = engine.name, engine.precision
    found["shared_patients"] = _without_shared(every, answers, called)
    if copies:
        found["copies"] = compare_copies(copies, prediction, answers, called)
    if opening is not None:
        _complete(opening, found)
    metrics.setdefault("evaluations", {})[inquiry.part] = found
    plots = bundle.folder / "report" / "plots"
    plots.mkdir(parents=True, exist_ok=True)
    draw_roc(called, plots / f"roc-{inquiry.part}.png", part=inquiry.part)
    draw_reliability(called, plots / f"reliability-{inquiry.part}.png", part=inquiry.part)
    keep_answers(bundle, inquiry.part, answers)
    write_again(bundle, metrics)
    return found


def _part(inquiry: Inquiry, films: tuple[LabelledFilm, ...]) -> tuple[LabelledFilm, ...]:
    subsets = {film.subset for film in films}
    if inquiry.part == "validation":
        return _validation(inquiry, films)
    if inquiry.part == "test" and "test" not in subsets:
        reason = "there is no folder test in it; --part all measures every film"
        raise TrainingError(Code.DATA_INVALID, place=inquiry.data.name, reason=reason)
    if inquiry.part == "all" and "test" in subsets:
        reason = "test films are measured by --part test, which is a line in the ledger"
        raise TrainingError(Code.USAGE, reason=reason)
    return tuple(film for film in films if inquiry.part == "all" or film.subset == "test")


def _validation(inquiry: Inquiry, films: tuple[LabelledFilm, ...]) -> tuple[LabelledFilm, ...]:
    if inquiry.recipe is None:
        raise TrainingError(Code.USAGE, reason="--part validation needs the model's --recipe FILE")
    recipe, sha256 = read_recipe(inquiry.recipe)
    if sha256 != inquiry.bundle.spec.training.recipe_sha256:
        reason = f"{inquiry.recipe.name} is not the recipe that this model was made with"
        raise TrainingError(Code.USAGE, reason=reason)
    split = split_by_patient(films, recipe.data, seed=recipe.seed)
    used = data_sha256(split.fit + split.validation + split.calibration)
    if used != inquiry.bundle.spec.training.data.sha256:
        reason = "these are not the films that the model was made from, so the split is another"
        raise TrainingError(Code.DATA_INVALID, place=inquiry.data.name, reason=reason)
    return split.validation


def _called(answers: Answers, bundle: Bundle) -> Called:
    return Called(
        labels=answers.labels,
        probability=answers.probability,
        patients=answers.patients,
        threshold=bundle.spec.decision.threshold,
    )


def _findings(
    inquiry: Inquiry, films: tuple[LabelledFilm, ...], answers: Answers, called: Called
) -> dict[str, Any]:
    said = called.probability >= called.threshold
    truth = called.labels == 1
    inside, right = zone_figures(called.probability, called.labels, inquiry.bundle.spec.decision)
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": inquiry.command,
        "bundle_sha256": inquiry.bundle.sha256,
        "films": len(films),
        "films_sha256": data_sha256(films),
        "patients": len(set(answers.patients)),
        "refused": {str(code): count for code, count in sorted(answers.refused.items())},
        "figures": main_figures(called),
        "predictive": predictive_values(called),
        "confusion": {
            "true_positive": int((said & truth).sum()),
            "false_negative": int((~said & truth).sum()),
            "false_positive": int((said & ~truth).sum()),
            "true_negative": int((~said & ~truth).sum()),
        },
        "zone": {"share_inside": inside, "right_outside": right},
        "kinds": _kinds(answers, called),
        "forms": [_form(name, after, called) for name, after in answers.forms.items()],
    }


def _kinds(answers: Answers, called: Called) -> dict[str, Any]:
    """Measure films of each kind of infection that the names tell, against all of the other class.

    Specificity is not repeated: the films without the disease are the same for each kind.
    """
    kinds = np.array([kind_of(film.path.stem) or "" for film in answers.films])
    found = {}
    for kind in sorted(
        {str(kind) for kind, label in zip(kinds, called.labels, strict=True) if label and kind}
    ):
        chosen = (called.labels == 0) | (kinds == kind)
        figures = main_figures(called.only(chosen))
        found[kind] = {
            "films": int((kinds == kind).sum()),
            "auc": figures["auc"],
            "sensitivity": figures["sensitivity"],
        }
    return found


def _form(name: str, after: np.ndarray, called: Called) -> dict[str, Any]:
    both = np.isfinite(after)
    before, changed = called.only(both), after[both]
    if len(set(before.labels.tolist())) < 2:
        return {"form": name, "refused": int((~both).sum())}
    now = Called(
        labels=before.labels,
        probability=changed,
        patients=before.patients,
        threshold=called.threshold,
    )
    places = np.arange(len(changed))
    move = changed - before.probability
    return {
        "form": name,
        "refused": int((~both).sum()),
        "auc_change": change_of_auc(before, changed),
        "sensitivity_before": before.share_right(places, 1),
        "specificity_before": before.share_right(places, 0),
        "sensitivity": now.share_right(places, 1),
        "specificity": now.share_right(places, 0),
        "mean_change": float(np.abs(move).mean()),
        "mean_shift": {
            "looked_for": float(move[before.labels == 1].mean()),
            "other": float(move[before.labels == 0].mean()),
        },
    }


def _without_shared(
    every: tuple[LabelledFilm, ...], answers: Answers, called: Called
) -> dict[str, Any] | None:
    """Leave out patient numbers that stand in another of the archive's folders too.

    Nobody knows whether an equal number there means the same child.
    """
    elsewhere: dict[str, set[str]] = {}
    for film in every:
        elsewhere.setdefault(film.patient, set()).add(film.subset)
    alone = np.array([len(elsewhere[film.patient]) == 1 for film in answers.films])
    rest = called.only(alone)
    if alone.all() or len(set(rest.labels.tolist())) < 2:
        return None
    return {"films_left_out": int((~alone).sum()), "figures_without": main_figures(rest)}


def _open(inquiry: Inquiry, films: tuple[LabelledFilm, ...]) -> ledger.Opening:
    bundle = inquiry.bundle
    opening = ledger.Opening(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        bundle=bundle.spec.name,
        version=bundle.spec.version,
        bundle_sha256=bundle.sha256,
        films_sha256=data_sha256(films),
        films=len(films),
        with_forms="yes" if inquiry.with_forms else "no",
    )
    ledger.append(opening, ledger.LEDGER)
    return opening


def _complete(opening: ledger.Opening, found: dict[str, Any]) -> None:
    figures = {
        name: f"{found['figures'][name].value:.4f}"
        for name in ("auc", "accuracy", "sensitivity", "specificity", "ece")
    }
    done = replace(
        opening,
        refused=str(sum(found["refused"].values())),
        auc=figures["auc"],
        accuracy=figures["accuracy"],
        sensitivity=figures["sensitivity"],
        specificity=figures["specificity"],
        ece=figures["ece"],
    )
    ledger.complete(done, ledger.LEDGER)
    found["openings"] = ledger.openings(opening.bundle_sha256, ledger.LEDGER)
    log.info("times the test has been opened for this model: %d", found["openings"])
