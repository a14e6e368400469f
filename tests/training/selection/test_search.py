"""Searching: values are drawn, trained and judged on the validation films, and nothing twice."""

import csv
import sys
import tomllib
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from tests.makers import film
from training.data.archive import split_of
from training.data.film_reader import AS_GIVEN
from training.data.preparation import Prepared
from training.data.reduction import shrink
from training.data.sources import LabelledFilm
from training.errors import TrainingError
from training.learning.progress import Epoch
from training.metrics.scores import Scores
from training.networks.backbones import BACKBONES
from training.networks.graphs import Shape, build_fitted
from training.networks.heads import HEADS
from training.networks.weights import FirstWeights
from training.recipes.data import DataRecipe
from training.recipes.fitting import FitRecipe, Monitor
from training.recipes.network import NetworkRecipe
from training.recipes.recipe import Recipe
from training.recipes.search import SearchRecipe
from training.recipes.search_space import as_toml, changed, check_space
from training.selection import search as searching
from training.selection.candidates import Candidate, Selection
from training.selection.search import search
from training.selection.training_job import TrainingJob

RATE = SearchRecipe(key="fit.learning_rate", low=1e-5, high=1e-1, is_log=True)
RECIPE = Recipe(
    name="own",
    seed=3,
    candidates=("mobilenetv2",),
    data=DataRecipe(fit=0.5, validation=0.25, calibration=0.25),
    network=NetworkRecipe(size=32),
    fit=FitRecipe(epochs=1, batch=4, learning_rate=0.01),
    search=(RATE,),
)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw twelve films to train with and two test films; one class is much darker."""
    folder = tmp_path_factory.mktemp("films")
    for place in range(14):
        label = ("NORMAL", "PNEUMONIA")[place % 2]
        target = folder / ("train" if place < 12 else "test") / label
        target.mkdir(parents=True, exist_ok=True)
        pixels = film(place, (128, 128))
        Image.fromarray(pixels if place % 2 else pixels // 4).save(target / f"{place}.png")
    return folder


@pytest.fixture
def job(films: Path, tmp_path: Path) -> TrainingJob:
    return TrainingJob(
        data=films,
        recipe=RECIPE,
        recipe_sha256="0" * 64,
        first={"mobilenetv2": FirstWeights("none")},
        target=tmp_path / "never",
        run=tmp_path / "run",
        version="1",
        command="",
    )


def scores(auc: float, *, loss: float = 0.5, sensitivity: float = 0.8) -> Scores:
    return Scores(
        accuracy=0.8, auc=auc, sensitivity=sensitivity, specificity=1 - sensitivity, brier=0.1,
        ece=0.1, cross_entropy=loss, films=4,
    )  # fmt: skip


class Trainer:
    """Stands for `train_candidates`: what it is asked for, and figures from the recipe alone."""

    def __init__(self, judge: Callable[[Recipe], Scores]) -> None:
        self.judge = judge
        self.recipes: list[Recipe] = []
        self.parts: list[tuple[Prepared, Prepared]] = []

    def __call__(self, selection: Selection, _first: object) -> tuple[Candidate, ...]:
        found = self.judge(selection.recipe)
        self.recipes.append(selection.recipe)
        self.parts.append((selection.films, selection.validation))
        (selection.progress / "mobilenetv2").mkdir(parents=True)
        row = Epoch(epoch=1, learning_rate=0.1, loss=0.1, accuracy=None, validation=found)
        return (Candidate(backbone="mobilenetv2", curves=(row,), best=row, weights=Path("w")),)


def near_a_thousandth(recipe: Recipe) -> Scores:
    """Judge a rate by how near it is to 0.001."""
    rate = recipe.fit.learning_rate
    return scores(auc=1 / (1 + abs(rate - 0.001) * 1000))


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Trainer:
    fake = Trainer(near_a_thousandth)
    monkeypatch.setattr(searching, "train_candidates", fake)
    return fake


def with_space(job: TrainingJob, *space: SearchRecipe, **fit: object) -> TrainingJob:
    recipe = replace(job.recipe, search=space, fit=replace(job.recipe.fit, **fit))
    return replace(job, recipe=recipe)


def test_the_best_trial_is_the_one_with_the_greatest_score(job, trainer, tmp_path):
    found = search(job, trials=6, folder=tmp_path / "search")

    by_hand = [1 / (1 + abs(one.fit.learning_rate - 0.001) * 1000) for one in trainer.recipes]
    assert [trial.score for trial in found.trials] == pytest.approx(by_hand)
    assert [trial.number for trial in found.trials] == [1, 2, 3, 4, 5, 6]
    assert found.score == max(trial.score for trial in found.trials)
    assert found.best in [trial.values for trial in found.trials if trial.score == found.score]


def test_trials_fit_on_the_fit_films_and_are_judged_on_the_validation_films_alone(
    job, trainer, tmp_path
):
    split = split_of(job.data, job.recipe)

    search(job, trials=2, folder=tmp_path / "search")

    for fitted, judged in trainer.parts:
        assert fitted.films == split.fit
        assert judged.films == split.validation
    # Nothing of the calibration films was even decoded: two parts lie in the cache.
    assert len(list((job.run / "cache").iterdir())) == 2
    assert not job.target.exists()


def test_a_search_by_loss_prefers_the_smaller_loss(job, trainer, tmp_path):
    trainer.judge = lambda recipe: scores(auc=0.9, loss=recipe.fit.learning_rate)
    by_loss = with_space(job, RATE, monitor=Monitor.LOSS)

    found = search(by_loss, trials=5, folder=tmp_path / "search")

    smallest = min(recipe.fit.learning_rate for recipe in trainer.recipes)
    assert found.best == {"fit.learning_rate": smallest}
    assert found.score == -smallest


def test_what_is_drawn_stays_in_its_range_and_of_its_kind(job, trainer, tmp_path):
    space = (
        RATE,
        SearchRecipe(key="fit.batch", low=2, high=5),
        SearchRecipe(key="fit.views", low=1, high=3),
        SearchRecipe(key="fit.balance_classes", choices=(True, False)),
        SearchRecipe(key="fit.optimizer", choices=("adamw", "sgd")),
    )
    frozen = replace(RECIPE, network=NetworkRecipe(size=32, freeze="all"))

    search(with_space(replace(job, recipe=frozen), *space), trials=12, folder=tmp_path / "s")

    for recipe in trainer.recipes:
        assert 1e-5 <= recipe.fit.learning_rate <= 1e-1
        assert type(recipe.fit.batch) is int
        assert type(recipe.fit.views) is int
    assert {recipe.fit.batch for recipe in trainer.recipes} <= {2, 3, 4, 5}
    assert {recipe.fit.views for recipe in trainer.recipes} <= {1, 2, 3}
    assert {recipe.fit.balance_classes for recipe in trainer.recipes} == {True, False}
    assert {recipe.fit.optimizer for recipe in trainer.recipes} == {"adamw", "sgd"}


class Killed(BaseException):
    """Stands for a kill in the middle of a trial."""


def test_a_search_that_was_killed_ends_as_a_whole_one_does(job, trainer, tmp_path, monkeypatch):
    whole = search(job, trials=14, folder=tmp_path / "whole")  # beyond the ten random ones
    trainer.recipes.clear()

    def dying(selection: Selection, first: object) -> tuple[Candidate, ...]:
        if len(trainer.recipes) in (3, 12) and selection.recipe not in killed:
            killed.append(selection.recipe)
            raise Killed
        return trainer(selection, first)

    killed: list[Recipe] = []
    monkeypatch.setattr(searching, "train_candidates", dying)
    for _ in range(2):
        with pytest.raises(Killed):
            search(job, trials=14, folder=tmp_path / "killed")

    assert search(job, trials=14, folder=tmp_path / "killed") == whole
    # The trial that was cut off came back with its values, and none was run twice.
    assert [recipe in trainer.recipes for recipe in killed] == [True, True]
    assert len(trainer.recipes) == 14


def test_trials_that_are_over_are_not_run_again(job, trainer, tmp_path):
    three = search(job, trials=3, folder=tmp_path / "search")
    assert search(job, trials=3, folder=tmp_path / "search") == three
    assert len(trainer.recipes) == 3

    five = search(job, trials=5, folder=tmp_path / "search")

    assert five.trials[:3] == three.trials
    assert len(trainer.recipes) == 5


def test_another_recipe_in_the_same_folder_starts_anew(job, trainer, tmp_path):
    search(job, trials=3, folder=tmp_path / "search")

    found = search(replace(job, recipe_sha256="1" * 64), trials=2, folder=tmp_path / "search")

    assert len(found.trials) == 2
    assert len(trainer.recipes) == 5


def test_equal_values_are_trained_once(job, trainer, tmp_path):
    two = with_space(job, SearchRecipe(key="fit.learning_rate", choices=(0.001, 0.01)))

    found = search(two, trials=8, folder=tmp_path / "search")

    assert len(found.trials) == 8
    assert len(trainer.recipes) == 2
    assert found.best == {"fit.learning_rate": 0.001}


def test_what_a_trial_leaves_behind_does_not_fill_the_disk(job, trainer, tmp_path):
    search(job, trials=2, folder=tmp_path / "search")

    left = sorted(path.name for path in (tmp_path / "search").iterdir())
    assert left == ["best.toml", "trials.csv", "trials.log"]


def test_values_that_do_not_suit_each_other_are_a_line_of_the_table(job, trainer, tmp_path):
    """A warm-up belongs to the cosine; each of the two alone suits the recipe."""
    space = (
        SearchRecipe(key="fit.schedule", choices=("cosine", "step")),
        SearchRecipe(key="fit.warmup_steps", choices=(0, 5)),
    )

    found = search(with_space(job, *space), trials=20, folder=tmp_path / "search")

    refused = [trial for trial in found.trials if trial.score is None]
    assert {tuple(sorted(trial.values.items())) for trial in refused} == {
        (("fit.schedule", "step"), ("fit.warmup_steps", 5))
    }
    assert "warmup_steps: belongs to schedule = 'cosine'" in refused[0].refused
    assert len(found.trials) == 20


def test_one_answer_for_every_film_never_wins(job, trainer, tmp_path):
    space = SearchRecipe(key="fit.learning_rate", choices=(0.001, 0.01))
    trainer.judge = lambda recipe: (
        scores(auc=0.99, sensitivity=1.0)
        if recipe.fit.learning_rate == 0.01
        else scores(auc=0.6)
    )  # fmt: skip

    found = search(with_space(job, space), trials=6, folder=tmp_path / "search")

    assert found.best == {"fit.learning_rate": 0.001}


def test_a_search_without_a_trial_that_ends_says_why(job, trainer, tmp_path):
    trainer.judge = lambda recipe: scores(auc=0.99, sensitivity=1.0)

    with pytest.raises(TrainingError, match=r"no trial came to an end.*one answer for every film"):
        search(job, trials=2, folder=tmp_path / "search")


def test_the_table_and_the_best_values_are_files(job, trainer, tmp_path):
    found = search(job, trials=3, folder=tmp_path)

    rows = list(csv.DictReader((tmp_path / "trials.csv").read_text("utf-8").splitlines()))
    assert list(rows[0]) == ["trial", "fit.learning_rate", "score", "refused"]
    assert [float(row["score"]) for row in rows] == [trial.score for trial in found.trials]
    best = tomllib.loads((tmp_path / "best.toml").read_text("utf-8"))
    assert best == {"fit": {"learning_rate": found.best["fit.learning_rate"]}}


def test_values_are_written_as_the_tables_of_a_recipe():
    values = {"network.head": "linear", "fit.batch": 16, "fit.learning_rate": 1e-05,
              "fit.balance_classes": True}  # fmt: skip

    assert as_toml(values) == (
        "[fit]\nbalance_classes = true\nbatch = 16\nlearning_rate = 1e-05\n"
        '\n[network]\nhead = "linear"\n'
    )
    assert tomllib.loads(as_toml(values))["fit"]["learning_rate"] == 1e-05


def test_changing_nothing_leaves_a_recipe_as_it_is():
    assert changed(RECIPE, {}) == RECIPE


def test_a_changed_recipe_differs_in_its_values_alone():
    other = changed(RECIPE, {"fit.batch": 8, "network.freeze": "all"})

    before, after = asdict(RECIPE), asdict(other)
    before["fit"]["batch"], before["network"]["freeze"] = 8, "all"
    assert after == before


@pytest.mark.parametrize(
    ("space", "reason"),
    [
        pytest.param((), r"nothing to search.*\[\[search\]\].*fit.learning_rate", id="nothing"),
        pytest.param((RATE, RATE), "each key may stand once", id="a key twice"),
        pytest.param(
            (SearchRecipe(key="fit.monitor", choices=("auc", "loss")),),
            "judges the trials",
            id="what judges the trials",
        ),
        pytest.param(
            (SearchRecipe(key="fit.learning_rate", low=0.1, high=5),),
            "learning_rate: .*less than or equal to 1, got 5",
            id="a range that is too wide",
        ),
        pytest.param(
            (SearchRecipe(key="fit.batch", low=1.5, high=8),),
            "fit.batch takes whole numbers, not 1.5",
            id="half a film",
        ),
        pytest.param(
            (SearchRecipe(key="fit.optimizer", choices=("adamw", "sdg")),),
            "did you mean 'sgd'",
            id="an unknown choice",
        ),
        pytest.param(
            (SearchRecipe(key="fit.balance_classes", low=0, high=1),),
            "balance_classes: should be a valid boolean",
            id="a range of truth values",
        ),
    ],
)
def test_a_space_that_a_recipe_cannot_take_is_refused_at_once(space, reason):
    with pytest.raises(TrainingError, match=reason):
        check_space(replace(RECIPE, search=space))


def test_what_to_install_is_said(job, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "optuna", None)

    with pytest.raises(TrainingError, match="pip install 'optuna") as error:
        search(job, trials=1, folder=tmp_path / "search")
    assert error.value.code == "usage"
    assert not (tmp_path / "search").exists()


def first_weights(films: tuple[LabelledFilm, ...], place: Path) -> FirstWeights:
    """Make weights of the kind that pays to freeze: batch-norm knows what films look like."""
    keras.utils.set_random_seed(2)
    network = build_fitted(BACKBONES["mobilenetv2"], HEADS["linear"], Shape(size=32))
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0  # so that one look at the films is enough
    network(np.stack([shrink(AS_GIVEN.read(film), 32) for film in films]), training=True)
    network.save_weights(place)
    return FirstWeights(str(place))


@pytest.mark.slow
def test_a_real_network_learns_at_the_rate_that_is_found(job, tmp_path):
    frozen = replace(RECIPE, network=NetworkRecipe(size=32, freeze="all"))
    space = SearchRecipe(key="fit.learning_rate", choices=(0.02, 1e-9))
    real = with_space(replace(job, recipe=frozen), space, epochs=8, patience=8)
    known = first_weights(split_of(job.data, frozen).fit, tmp_path / "first.weights.h5")

    found = search(
        replace(real, first={"mobilenetv2": known}), trials=4, folder=tmp_path / "search"
    )

    assert found.best == {"fit.learning_rate": 0.02}
    assert found.score > 0.5  # better than chance on four films; the other rate moves nothing
