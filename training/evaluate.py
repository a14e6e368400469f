"""Evaluate: measure a finished bundle on labelled films, as the app would answer them."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from cxr_app.bundle import Bundle
from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from cxr_app.prediction import Prediction
from training import ledger
from training.answers import Answers, ask
from training.calibrate import zone_figures
from training.compare import keep_answers
from training.figures import Called, change_of_auc, main_figures, predictive_values
from training.forms import FORMS
from training.patients import kind_of
from training.plots import draw_reliability, draw_roc
from training.recipe import read_recipe
from training.report import read_metrics, write_again
from training.sources import LabelledFilm, data_sha256, read_class_folders
from training.splits import split_by_patient

__all__ = ["PARTS", "Inquiry", "evaluate"]

log = logging.getLogger(__name__)

PARTS: Final = ("test", "validation", "all")


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
    forms = FORMS if inquiry.with_forms else {}
    prediction = Prediction(bundle)
    answers = ask(prediction, films, forms)
    called = _called(answers, bundle)
    if len(set(called.labels.tolist())) < 2:
        raise TrainingError(
            Code.DATA_INVALID, place=inquiry.part, reason="no film of one class got an answer"
        )
    found = _findings(inquiry, films, answers, called)
    found["shared_patients"] = _without_shared(every, answers, called)
    if inquiry.copies is not None:
        found["copies"] = _compare_copies(inquiry, prediction, answers, called)
    if inquiry.part == "test":
        _enter(found, bundle)
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
        reason = "an archive with a folder test is measured by --part test"
        raise TrainingError(Code.USAGE, reason=reason)
    return tuple(film for film in films if inquiry.part == "all" or film.subset == "test")


def _validation(inquiry: Inquiry, films: tuple[LabelledFilm, ...]) -> tuple[LabelledFilm, ...]:
    if inquiry.recipe is None:
        raise TrainingError(Code.USAGE, reason="--part validation needs the model's --recipe FILE")
    recipe, sha256 = read_recipe(inquiry.recipe)
    if sha256 != inquiry.bundle.spec.training.recipe_sha256:
        reason = f"{inquiry.recipe.name} is not the recipe that this model was made with"
        raise TrainingError(Code.USAGE, reason=reason)
    return split_by_patient(films, recipe.data, seed=recipe.seed).validation


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


def _compare_copies(
    inquiry: Inquiry, prediction: Prediction, answers: Answers, called: Called
) -> dict[str, Any]:
    folder = inquiry.copies or inquiry.data
    copies = {
        (film.label, film.path.name): film
        for film in read_class_folders(folder, inquiry.bundle.spec.labels)
    }
    known = np.array([(film.label, film.path.name) in copies for film in answers.films])
    here = called.only(known)
    if len(set(here.labels.tolist())) < 2:
        reason = "it holds no copies of films of both classes under the same names"
        raise TrainingError(Code.DATA_INVALID, place=folder.name, reason=reason)
    theirs = tuple(
        copies[film.label, film.path.name]
        for film, is_known in zip(answers.films, known, strict=True)
        if is_known
    )
    there = ask(prediction, theirs, {})
    if there.refused:
        reason = f"{sum(there.refused.values())} of the copies cannot be judged"
        raise TrainingError(Code.DATA_INVALID, place=folder.name, reason=reason)
    return {
        "films": len(theirs),
        "auc": main_figures(here)["auc"],
        "auc_change": change_of_auc(here, there.probability),
        "mean_change": float(np.abs(there.probability - here.probability).mean()),
    }


def _enter(found: dict[str, Any], bundle: Bundle) -> None:
    figures = {
        name: f"{found['figures'][name].value:.4f}"
        for name in ("auc", "accuracy", "sensitivity", "specificity", "ece")
    }
    ledger.append(
        ledger.Opening(
            date=found["date"],
            bundle=bundle.spec.name,
            version=bundle.spec.version,
            bundle_sha256=bundle.sha256,
            films_sha256=found["films_sha256"],
            films=found["films"],
            refused=sum(found["refused"].values()),
            with_forms="yes" if found["forms"] else "no",
            **figures,
        ),
        ledger.LEDGER,
    )
    found["openings"] = ledger.openings(bundle.sha256, ledger.LEDGER)
    log.info("the test has been opened %d time(s) for this model", found["openings"])
