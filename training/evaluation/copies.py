"""Other copies of the same films: what a larger file, or another export, changes."""

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from cxr_app.codes import Code
from cxr_app.prediction import Prediction
from training.data.sources import LabelledFilm, read_class_folders
from training.errors import TrainingCode, TrainingError
from training.evaluation.answers import Answers, ask
from training.metrics.figures import Called, change_of_auc, main_figures

__all__ = ["Copies", "compare_copies", "find_copies"]

Copies: TypeAlias = dict[tuple[int, str], LabelledFilm]
"""By class and file name."""


def find_copies(
    folder: Path | None, films: tuple[LabelledFilm, ...], labels: tuple[str, ...], *, part: str
) -> Copies:
    """Find other copies of the films, by class and name; none without a folder.

    Raises
    ------
    TrainingError
        `data_invalid` where a class has none, `usage` where test films would be read unseen.
    """
    if folder is None:
        return {}
    wanted = {(film.label, film.path.name) for film in films}
    found = read_class_folders(folder, labels)
    copies = {(f.label, f.path.name): f for f in found if (f.label, f.path.name) in wanted}
    if len({label for label, _ in copies}) < 2:
        reason = "it holds no copies of films of both classes under the same names"
        raise TrainingError(TrainingCode.DATA_INVALID, place=folder.name, reason=reason)
    if part != "test" and any(film.subset == "test" for film in copies.values()):
        reason = "it holds test films; they are measured by --part test alone"
        raise TrainingError(Code.USAGE, reason=reason)
    return copies


def compare_copies(
    copies: Copies,
    prediction: Prediction,
    answers: Answers,
    called: Called,
) -> dict[str, Any]:
    """Compare the answers to two copies of the same films."""
    theirs = tuple(
        copies[key]
        for key in ((film.label, film.path.name) for film in answers.films)
        if key in copies
    )
    there = ask(prediction, theirs, {})
    answered = {(film.label, film.path.name) for film in there.films}
    both = np.array([(film.label, film.path.name) in answered for film in answers.films])
    here, probability = called.only(both), there.probability[:, 0]
    return {
        "films": len(there.films),
        "refused": sum(there.refused.values()),
        "auc": main_figures(here)["auc"],
        "auc_change": change_of_auc(here, probability),
        "mean_change": float(np.abs(probability - here.probability).mean()),
    }
