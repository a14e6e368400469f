"""Fitting, and going on after an interruption."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from cxr_app.spec import Task
from training.data.augmentation import augment
from training.learning.fit import Labelled, by_labels, fit, targets_of
from training.learning.losses import loss_of
from training.learning.progress import Progress, by_ranking
from training.networks.precision import computing_in
from training.recipes.augmentation import AugmentRecipe
from training.recipes.fitting import FitRecipe, Precision

RECIPE = FitRecipe(epochs=4, batch=8, learning_rate=0.01, patience=10, warmup_steps=3)


def build() -> keras.Model:
    film = keras.Input((16, 16, 1), dtype="uint8")
    grey = keras.ops.cast(film, "float32") / 255.0
    maps = keras.layers.Conv2D(4, 3, activation="relu")(grey)
    maps = keras.layers.BatchNormalization(momentum=0.9)(maps)
    pooled = keras.layers.GlobalAveragePooling2D()(maps)
    # Its masks are drawn, and no weights file holds where the drawing stands.
    kept = keras.layers.Dropout(0.5)(pooled)
    return keras.Model(film, keras.layers.Dense(2, name="logits")(kept), name="small")


def films(seed: int, count: int = 40) -> Labelled:
    """Bright and dark pictures: a class that can be learned."""
    draw = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    pictures = draw.integers(0, 120, (count, 16, 16, 1)) + 100 * labels[:, None, None, None]
    return Labelled(items=pictures.astype(np.uint8), truth=np.eye(2, dtype=np.uint8)[labels])


def run(folder: Path, recipe: FitRecipe = RECIPE, seed: int = 1):
    shown = films(0)
    with computing_in(Precision(recipe.precision)):
        return fit(
            lambda: by_labels(build(), loss_of(Task.BINARY, recipe, shown.truth)),
            shown,
            films(1, 20),
            recipe=recipe,
            change=lambda film, draw: augment(film, AugmentRecipe(flip=0.5, noise=0.02), draw),
            seed=seed,
            progress=Progress(folder),
        )


class Killed(BaseException):
    """Stands for a kill before an epoch was kept."""


def test_a_seed_makes_a_run_repeatable(tmp_path: Path):
    assert run(tmp_path / "a") == run(tmp_path / "b")
    assert run(tmp_path / "a2", seed=2) != run(tmp_path / "b")


@pytest.mark.parametrize(
    ("epoch", "recipe"),
    [
        pytest.param(2, RECIPE, id="after the first epoch"),
        pytest.param(3, replace(RECIPE, average=0.9), id="after the second, with a running mean"),
        pytest.param(
            3,
            replace(RECIPE, schedule="step", warmup_steps=0, step_epochs=1),
            id="with a rate that steps",
        ),
        pytest.param(
            3, replace(RECIPE, sampler="over", balance_classes=False), id="with films shown again"
        ),
        pytest.param(3, replace(RECIPE, precision="mixed_float16"), id="in short numbers"),
    ],
)
def test_an_interrupted_run_ends_where_a_whole_one_does(
    tmp_path: Path, monkeypatch, epoch: int, recipe: FitRecipe
):
    whole = run(tmp_path / "whole", recipe)
    complete = Progress.complete

    def dying(progress: Progress, network: keras.Model, curves: tuple) -> None:
        if len(curves) == epoch:
            raise Killed
        complete(progress, network, curves)

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "complete", dying)
        with pytest.raises(Killed):
            run(tmp_path / "killed", recipe)
    assert len(Progress(tmp_path / "killed").curves()) == epoch - 1

    assert run(tmp_path / "killed", recipe) == whole


def test_a_finished_run_is_not_run_again(tmp_path: Path, monkeypatch):
    curves = run(tmp_path)
    monkeypatch.setattr(keras.Model, "fit", None)

    assert run(tmp_path) == curves


def test_the_kept_weights_are_those_of_the_best_epoch(tmp_path: Path):
    curves = run(tmp_path)
    best = max(curves, key=by_ranking)

    network = build()
    network.load_weights(Progress(tmp_path).best_weights)
    logits = network.predict(films(1, 20).items, verbose=0)

    accuracy = (logits.argmax(axis=1) == films(1, 20).truth[:, 1]).mean()
    assert accuracy == pytest.approx(best.validation.accuracy)


def test_training_ends_when_patience_does(tmp_path: Path):
    """With a rate of next to nothing no epoch is better than the first."""
    still = FitRecipe(epochs=50, batch=40, learning_rate=1e-12, patience=2)

    curves = run(tmp_path, still)

    best = max(curves, key=by_ranking)
    assert len(curves) == best.epoch + 2 < 50


def test_a_film_that_counts_less_leaves_both_classes_alike():
    """Ten films of class 0 that count a tenth each weigh as the one of class 1 that counts 1."""
    truth = np.array([[1, 0]] * 10 + [[0, 1]], np.uint8)
    weights = np.array([0.1] * 10 + [1.0], np.float32)

    targets = targets_of(Labelled(items=truth, truth=truth, weights=weights), RECIPE)

    assert targets.weights[:10].sum() == pytest.approx(targets.weights[10])
    assert targets.weights.mean() == pytest.approx(1)


def test_a_cosine_ends_at_zero_whatever_the_sampler_shows(tmp_path: Path):
    """Thirty films of one class and ten of the other: over-sampling shows sixty in an epoch."""
    labels = np.array([0] * 30 + [1] * 10)
    shown = Labelled(items=films(0).items, truth=np.eye(2, dtype=np.uint8)[labels])
    recipe = replace(RECIPE, sampler="over", balance_classes=False, epochs=3)

    curves = fit(
        lambda: by_labels(build(), loss_of(Task.BINARY, recipe, shown.truth)),
        shown,
        films(1, 20),
        recipe=recipe,
        change=lambda film, _draw: film,
        seed=1,
        progress=Progress(tmp_path),
    )

    # 8 steps an epoch (60 films by 8), 3 of warm-up: a third and two thirds are not yet at zero.
    assert curves[1].learning_rate > 0.001
    assert curves[2].learning_rate == pytest.approx(0, abs=1e-6)
