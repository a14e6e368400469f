"""What is measured of a model's answers; no film is opened here."""

from typing import Any

import numpy as np

from cxr_app.spec import Spec, Task
from training.calibration.indeterminate_zone import zone_figures
from training.data.sources import LabelledFilm
from training.evaluation.answers import Answers, looked_for
from training.evaluation.class_report import class_report, classes_of
from training.evaluation.robustness import changed_form
from training.evaluation.subgroups import groups_apart, kinds_apart
from training.metrics.figures import (
    Called,
    confusion,
    main_figures,
    mean_figures,
    predictive_values,
)

__all__ = ["measure_answers"]


def measure_answers(
    spec: Spec, answers: Answers, calls: tuple[Called, ...], every: tuple[LabelledFilm, ...]
) -> dict[str, Any]:
    """Measure answers in every way that the model's task allows.

    Parameters
    ----------
    spec : Spec
        Of the model.
    answers : Answers
    calls : tuple of Called
        The same, one for each label that is looked for.
    every : tuple of LabelledFilm
        All films of the archive.

    Returns
    -------
    dict
        Part of an evaluation in `report/metrics.json`.
    """
    labels = looked_for(spec)
    found: dict[str, Any] = {
        "patients": len(set(answers.patients)),
        "refused": {str(code): count for code, count in sorted(answers.refused.items())},
        "figures": mean_figures(calls),
        "report": class_report(classes_of(calls, spec.task), spec.labels),
        "kinds": {},
        "groups": groups_apart(answers.films, calls, labels),
        "forms": [],
        "shared_patients": _without_shared(every, answers, calls),
    }
    if spec.task is Task.BINARY:
        return found | _two_classes(spec, answers, calls[0])
    found["labels"] = [
        {"label": label, "with_label": int(called.labels.sum()), "figures": main_figures(called)}
        | _answer_figures(called)
        for label, called in zip(labels, calls, strict=True)
    ]
    return found


def _answer_figures(called: Called) -> dict[str, Any]:
    return {"predictive": predictive_values(called), "confusion": confusion(called)}


def _two_classes(spec: Spec, answers: Answers, called: Called) -> dict[str, Any]:
    """Measure what only classes that exclude each other have."""
    inside, right = zone_figures(called.probability, called.labels, spec.decision)
    return {
        **_answer_figures(called),
        "zone": {"share_inside": inside, "right_outside": right},
        "kinds": kinds_apart(answers.films, called),
        "forms": [changed_form(name, after, called) for name, after in answers.forms.items()],
    }


def _without_shared(
    every: tuple[LabelledFilm, ...], answers: Answers, calls: tuple[Called, ...]
) -> dict[str, Any] | None:
    """Leave out patient numbers that also occur in another folder of the archive.

    Nobody knows whether an equal number there means the same child.
    """
    folders: dict[str, set[str]] = {}
    for film in every:
        folders.setdefault(film.patient, set()).add(film.subset)
    alone = np.array([len(folders[film.patient]) == 1 for film in answers.films])
    rest = tuple(called.only(alone) for called in calls)
    if alone.all() or not any(called.has_both for called in rest):
        return None
    return {"films_left_out": int((~alone).sum()), "figures_without": mean_figures(rest)}
