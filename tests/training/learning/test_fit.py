"""Fitting, and resuming after an interruption."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from cxr_app.spec import Task
from training.data.augmentation import augment
from training.errors import TrainingError
from training.learning.fit import FitRun, Labelled, TrainingSetup, by_labels, fit, targets_of
from training.learning.losses import loss_of
from training.learning.progress import Progress, by_auc
from training.networks.precision import computing_in
from training.recipes.augmentation import AugmentRecipe
from training.recipes.fitting import DtypePolicy, FitRecipe

RECIPE = FitRecipe(epochs=3, batch=8, learning_rate=0.01, patience=10, warmup_steps=3)


def build() -> keras.Model:
    film = keras.Input((16, 16, 1), dtype="uint8")
    grey = keras.ops.cast(film, "float32") / 255.0
    maps = keras.layers.Conv2D(4, 3, activation="relu")(grey)
    maps = keras.layers.BatchNormalization(momentum=0.9)(maps)
    pooled = keras.layers.GlobalAveragePooling2D()(maps)
    kept = keras.layers.Dropout(0.5)(pooled)
    return keras.Model(film, keras.layers.Dense(2, name="logits")(kept), name="small")


def films(seed: int, count: int = 40) -> Labelled:
    """Bright and dark pictures: a class that can be learned."""
    draw = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    pictures = draw.integers(0, 120, (count, 16, 16, 1)) + 100 * labels[:, None, None, None]
    return Labelled(items=pictures.astype(np.uint8), truth=np.eye(2, dtype=np.uint8)[labels])


def run(folder: Path, recipe: FitRecipe = RECIPE, *, seed: int = 1, setup=None, logs=None):
    shown = films(0)
    with computing_in(DtypePolicy(recipe.precision)):
        return fit(
            setup or (lambda: by_labels(build(), loss_of(Task.BINARY, recipe, shown.truth))),
            shown,
            films(1, 20),
            recipe=recipe,
            change=lambda film, draw: augment(film, AugmentRecipe(flip=0.5, noise=0.02), draw),
            run=FitRun(folder=folder, seed=seed, logs=logs),
        )[0]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple]:
    """One whole run: its folder and its curves."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, run(folder)


def progress(folder: Path, recipe: FitRecipe = RECIPE) -> Progress:
    return Progress(folder, recipe=recipe, score=by_auc)


def killed_at(epoch: int, monkeypatch: pytest.MonkeyPatch, started: Callable[[], object]) -> None:
    """Run until the very moment before the curves say that an epoch is complete."""
    replace_file = Path.replace

    def dying(source: Path, target: Path) -> Path:
        if len(json.loads(source.read_text("utf-8"))) == epoch:
            raise KeyboardInterrupt
        return replace_file(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", dying)
        with pytest.raises(KeyboardInterrupt):
            started()


def test_a_seed_makes_a_run_repeatable(whole, tmp_path: Path):
    _, curves = whole

    assert run(tmp_path / "again") == curves
    assert run(tmp_path / "other", seed=2) != curves


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"average": 0.9, "precision": "mixed_float16"}, id="mean, half precision"),
        pytest.param(
            {"schedule": "step", "warmup_steps": 0, "step_epochs": 1, "sampler": "over",
             "balance_classes": False},
            id="steps of the rate, drawn films",
        ),
    ],
)  # fmt: skip
def test_an_interrupted_run_resumes_after_its_last_whole_epoch(
    tmp_path: Path, monkeypatch, changes: dict
):
    """Weights, optimizer, films and rate go on; without dropout nothing else is drawn."""
    recipe = replace(RECIPE, **changes)
    monkeypatch.setattr(keras.layers, "Dropout", lambda _share: lambda maps: maps)
    whole = run(tmp_path / "whole", recipe)

    killed_at(3, monkeypatch, lambda: run(tmp_path / "killed", recipe))

    assert len(progress(tmp_path / "killed", recipe).curves) == 2
    assert run(tmp_path / "killed", recipe) == whole


def test_a_network_with_dropout_resumes_too(tmp_path: Path, monkeypatch):
    """Its masks are drawn anew, so it does not come to the same weights."""
    killed_at(2, monkeypatch, lambda: run(tmp_path))

    assert [row.epoch for row in run(tmp_path)] == [1, 2, 3]


def test_a_finished_run_is_not_run_again(whole, monkeypatch):
    folder, curves = whole
    monkeypatch.setattr(keras.Model, "fit", None)

    assert run(folder) == curves


def test_the_kept_weights_are_those_of_the_best_epoch(whole):
    folder, curves = whole
    best = max(curves, key=by_auc)

    network = build()
    network.load_weights(progress(folder).best_weights)
    logits = network.predict(films(1, 20).items, verbose=0)

    accuracy = (logits.argmax(axis=1) == films(1, 20).truth[:, 1]).mean()
    assert accuracy == pytest.approx(best.validation.accuracy)
    kept = {path.name for path in folder.iterdir()}
    assert kept == {"epochs.json", f"best-{best.epoch}.weights.h5"}


def test_a_rate_that_is_too_high_is_said(tmp_path: Path):
    wild = replace(RECIPE, optimizer="sgd", learning_rate=1.0, clip_norm=0.0, warmup_steps=0)

    def broken() -> TrainingSetup:
        network = build()
        return by_labels(network, lambda _truth, logits: keras.ops.sum(logits, -1) * 1e38)

    with pytest.raises(TrainingError, match=r"lower fit\.learning_rate"):
        run(tmp_path, wild, setup=broken)


def test_training_ends_when_patience_does(tmp_path: Path):
    """With a rate of next to nothing no epoch is better than the first."""
    still = FitRecipe(epochs=50, batch=40, learning_rate=1e-12, patience=2)

    curves = run(tmp_path, still)

    best = max(curves, key=by_auc)
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

    curves, _ = fit(
        lambda: by_labels(build(), loss_of(Task.BINARY, recipe, shown.truth)),
        shown,
        films(1, 20),
        recipe=recipe,
        change=lambda film, _draw: film,
        run=FitRun(folder=tmp_path, seed=1),
    )

    # 8 steps an epoch (60 films by 8), 3 of warm-up: a third and two thirds are not yet at zero.
    assert curves[1].learning_rate > 0.001
    assert curves[2].learning_rate == pytest.approx(0, abs=1e-6)


def test_tensorboard_shows_every_epoch_once_though_the_run_was_interrupted(tmp_path, monkeypatch):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    folder, logs = tmp_path / "run", tmp_path / "logs"
    killed_at(3, monkeypatch, lambda: run(folder, logs=logs))
    curves = run(folder, logs=logs)

    shown = {}
    for part in ("train", "validation"):
        events = EventAccumulator(str(logs / part), size_guidance={"tensors": 0})
        events.Reload()
        for tag in events.Tags()["tensors"]:
            shown[part, tag] = [one.step for one in events.Tensors(tag)]
    assert len(curves) == 3
    for figure in [("train", "epoch_loss"), ("train", "epoch_learning_rate"),
                   ("validation", "epoch_auc"), ("validation", "epoch_loss")]:  # fmt: skip
        assert shown[figure] == [0, 1, 2]
