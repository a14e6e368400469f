"""Search: try values of a recipe's keys; validation films alone say which are best."""

import csv
import hashlib
import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from cxr_app.codes import Code
from training.data.preparation import prepare
from training.data.splits import Split
from training.errors import TrainingCode, TrainingError
from training.learning.progress import EPOCH_SCORES
from training.recipes.recipe import Recipe
from training.recipes.search_space import Value, as_toml, changed, check_space, draw
from training.selection.candidates import Candidate, Selection, train_candidates
from training.selection.training_job import TrainingJob, films_of, progress_folder

__all__ = ["Found", "Trial", "search"]

log = logging.getLogger(__name__)

_PICTURES: Final = ("augment.", "fit.views")
"""Keys that change what frozen layers see, so that what they make of it serves one trial only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One set of values.

    Attributes
    ----------
    number : int
        From 1 on.
    values : mapping of str to value
        By key path, "fit.learning_rate".
    score : float or None
        What the recipe's monitor gives for the best candidate's best epoch, on the validation
        films; the more the better, so of a loss it is minus the loss. None where it was refused.
    refused : str
        Why there is no score, or nothing.
    """

    number: int
    values: Mapping[str, Value]
    score: float | None
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found.

    Attributes
    ----------
    best : mapping of str to value
        Values of the trial with the greatest score; of equal ones those of the earliest.
    score : float
    trials : tuple of Trial
        All of them, in their order.
    """

    best: Mapping[str, Value]
    score: float
    trials: tuple[Trial, ...]


def search(job: TrainingJob, *, trials: int, folder: Path) -> Found:
    """Train the recipe's candidates with changed values, again and again.

    Every trial fits on the fit films and is judged on the validation films; no other film is
    opened. A search that was interrupted goes on: trials that are over are not run again, and the
    one that was cut off goes on after its last whole epoch.

    Parameters
    ----------
    job : TrainingJob
        As for `select`; its target is left alone.
    trials : int
        How many there shall be, with those of an earlier run.
    folder : Path
        Keeps `trials.log`, from which a search goes on, and the tables `trials.csv` and
        `best.toml`, both written after every trial. One search at a time.

    Raises
    ------
    TrainingError
        `recipe_invalid` where the recipe declares nothing to search, or a value that it cannot
        take; `usage` where Optuna is not installed; `data_invalid` where no trial came to an end.

    References
    ----------
    Bergstra et al. 2011, "Algorithms for hyper-parameter optimization", section 4: the sampler.
    """
    check_space(job.recipe)
    _check_optuna()
    split = films_of(job).split
    name = progress_folder(job, split).name
    folder.mkdir(parents=True, exist_ok=True)
    study = _study_of(folder / "trials.log", name)
    done = _done(study)
    while len(done) < trials:
        asked, values = _ask(study, job.recipe, n_done=len(done))
        score, refused = _known(done, values) or _try(job, split, values, folder / name)
        _tell(study, asked, score, refused)
        # Its weights would fill a disk in a hundred trials; `select` trains the best values again.
        shutil.rmtree(folder / name, ignore_errors=True)
        done = _done(study)
        log.info("trial %d of %d: %s: %s", len(done), trials, values, refused or score)
        _write(done, folder)
    return _found(done)


def _check_optuna() -> None:
    try:
        import optuna  # noqa: F401  # an extra
    except ModuleNotFoundError as error:
        reason = "search needs Optuna; install it: pip install 'optuna>=5,<6'"
        raise TrainingError(Code.USAGE, reason=reason) from error


def _study_of(place: Path, name: str) -> Any:
    """Open the study of this very search; another recipe or other films have one of their own."""
    import optuna
    from optuna.storages import journal

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    # A lock by creating a file works on Windows too, where Optuna's own choice needs an
    # administrator's right to make links.
    lock = journal.JournalFileOpenLock(str(place))
    storage = optuna.storages.JournalStorage(journal.JournalFileBackend(str(place), lock))
    study = optuna.create_study(
        storage=storage, study_name=name, direction="maximize", load_if_exists=True
    )
    for cut_off in study.get_trials(states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(cut_off.number, state=optuna.trial.TrialState.FAIL)
    return study


def _ask(study: Any, recipe: Recipe, *, n_done: int) -> tuple[Any, dict[str, Value]]:
    """Draw the values of the next trial.

    They depend on the trials that are over and on nothing else, so a search that goes on draws for
    the trial that was cut off the same values again. One generator for all trials would start
    anew, with the values of the first.
    """
    from optuna.samplers import TPESampler

    seed = int(np.random.SeedSequence((recipe.seed, n_done)).generate_state(1)[0])
    study.sampler = TPESampler(seed=seed)
    asked = study.ask()
    return asked, {space.key: draw(asked, space, recipe) for space in recipe.search}


def _known(done: tuple[Trial, ...], values: Mapping[str, Value]) -> tuple[float | None, str] | None:
    """Find an earlier trial of the same values: its training would be the same."""
    return next(((one.score, one.refused) for one in done if one.values == values), None)


def _try(
    job: TrainingJob, split: Split, values: Mapping[str, Value], progress: Path
) -> tuple[float | None, str]:
    """Train with some values; the score, or why there is none."""
    try:
        recipe = changed(job.recipe, values)
    except ValueError as error:  # each suits the recipe, but not the others
        return None, str(error)
    key = hashlib.sha256(json.dumps(values, sort_keys=True).encode("utf-8")).hexdigest()[:12]
    cache = job.run / "cache"
    fit, validation = (
        prepare(
            part,
            n_classes=len(recipe.data.labels),
            size=recipe.side,
            cache=cache,
            reader=job.reader,
        )
        for part in (split.fit, split.validation)
    )
    is_own_cache = any(name.startswith(_PICTURES) for name in values)
    selection = Selection(
        recipe=recipe,
        films=fit,
        validation=validation,
        progress=progress / key,
        cache=progress / key / "cache" if is_own_cache else cache,
        teachers=job.teachers,
    )
    try:
        candidates = train_candidates(selection, job.first)
        return _score_of(candidates, recipe), ""
    except TrainingError as error:  # a rate too high, one answer for everything
        return None, str(error)


def _score_of(candidates: tuple[Candidate, ...], recipe: Recipe) -> float:
    useful = [one for one in candidates if not one.gives_one_answer]
    if not useful:
        raise TrainingError(
            TrainingCode.DATA_INVALID, place="validation", reason="one answer for every film"
        )
    return max(EPOCH_SCORES[recipe.fit.monitor](one.best)[0] for one in useful)


def _tell(study: Any, asked: Any, score: float | None, refused: str) -> None:
    from optuna.trial import TrialState

    if score is None:
        # Pruned, not failed: the sampler learns to keep away from there.
        asked.set_user_attr("refused", refused)
        study.tell(asked, state=TrialState.PRUNED)
    else:
        study.tell(asked, score)


def _done(study: Any) -> tuple[Trial, ...]:
    from optuna.trial import TrialState

    over = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))
    return tuple(
        Trial(
            number=number,
            values=dict(one.params),
            score=one.value,
            refused=one.user_attrs.get("refused", ""),
        )
        for number, one in enumerate(over, start=1)
    )


def _found(done: tuple[Trial, ...]) -> Found:
    scored = [trial for trial in done if trial.score is not None]
    if not scored:
        last = f"the last one: {done[-1].refused.rstrip('.')}" if done else "there were none"
        reason = f"no trial came to an end; {last}"
        raise TrainingError(TrainingCode.DATA_INVALID, place="search", reason=reason)
    best = max(scored, key=lambda trial: trial.score or 0.0)
    return Found(best=best.values, score=best.score or 0.0, trials=done)


def _write(done: tuple[Trial, ...], folder: Path) -> None:
    """Write the table of trials, and the best values to paste into a recipe."""
    with (folder / "trials.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        keys = list(done[0].values)
        writer.writerow(["trial", *keys, "score", "refused"])
        for trial in done:
            values = [trial.values[key] for key in keys]
            writer.writerow([trial.number, *values, trial.score, trial.refused])
    if any(trial.score is not None for trial in done):
        (folder / "best.toml").write_text(as_toml(_found(done).best), "utf-8")
