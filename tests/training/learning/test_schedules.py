"""Schedules: the rate over the steps, and from epoch to epoch."""

from dataclasses import replace

import keras
import pytest

from training.learning.schedules import SCHEDULES
from training.recipes.fitting import FitRecipe

RECIPE = FitRecipe(epochs=100, learning_rate=0.1)
KEYS = {
    "step": {"step_epochs": 10, "step_factor": 0.1},
    "plateau": {"plateau_patience": 2, "step_factor": 0.1},
}


def after(name: str, losses: list[float], **keys: float) -> float:
    rule = SCHEDULES[name].after
    assert rule is not None
    return rule(replace(RECIPE, schedule=name, **KEYS[name], **keys), losses)


def cosine(step: int, *, steps: int, warmup: int = 0) -> float:
    recipe = replace(RECIPE, warmup_steps=warmup)
    return float(keras.ops.convert_to_numpy(SCHEDULES["cosine"].start(recipe, steps)(step)))


@pytest.mark.parametrize("name", ["step", "plateau"])
def test_a_run_begins_at_the_rate_of_the_recipe(name: str):
    assert SCHEDULES[name].start(RECIPE, 1000) == 0.1
    assert after(name, []) == 0.1


def test_a_constant_rate_stays():
    assert SCHEDULES["constant"].start(RECIPE, 1000) == 0.1
    assert SCHEDULES["constant"].after is None


@pytest.mark.parametrize(
    ("epochs", "rate"), [(9, 0.1), (10, 0.01), (19, 0.01), (20, 0.001), (30, 0.0001)]
)
def test_steps_lower_the_rate_to_a_tenth_every_ten_epochs(epochs: int, rate: float):
    assert after("step", [1.0] * epochs) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("losses", "rate"),
    [
        pytest.param([3, 2, 1], 0.1, id="falling"),
        pytest.param([1, 2, 2], 0.1, id="two epochs without a lower loss are borne"),
        pytest.param([1, 2, 2, 2], 0.01, id="the third is not"),
        pytest.param([1, 1, 1, 1], 0.01, id="an equal loss is no lower one"),
        pytest.param([1, 2, 2, 0.5, 2, 2], 0.1, id="a lower one in between starts the count anew"),
        pytest.param([1, 2, 2, 2, 2, 2], 0.01, id="so does a reduction"),
        pytest.param([1, 2, 2, 2, 2, 2, 2], 0.001, id="and then a second one"),
        pytest.param([1, 2, 2, 2, 1.5, 1.5, 1.5], 0.001, id="lower means lower than ever"),
    ],
)
def test_a_plateau_lowers_the_rate(losses: list[float], rate: float):
    assert after("plateau", losses) == pytest.approx(rate)


@pytest.mark.parametrize("name", ["step", "plateau"])
def test_the_rate_is_that_of_the_epochs_so_far_alone(name: str):
    """So a run that goes on has the rate it would have had: asking in between changes nothing."""
    losses = [1.0, *[2.0] * 30]

    asked = [after(name, losses[:place]) for place in range(len(losses))]

    assert [after(name, losses[:place]) for place in reversed(range(len(losses)))] == asked[::-1]
    assert len(set(asked)) > 2


def test_the_cosine_falls_from_the_peak_to_nothing():
    assert cosine(0, steps=200) == pytest.approx(0.1)
    assert cosine(100, steps=200) == pytest.approx(0.05)
    assert cosine(200, steps=200) == pytest.approx(0, abs=1e-9)


def test_a_warm_up_rises_from_nothing_and_the_cosine_follows():
    assert cosine(0, steps=200, warmup=100) == 0
    assert cosine(50, steps=200, warmup=100) == pytest.approx(0.05)
    assert cosine(100, steps=200, warmup=100) == pytest.approx(0.1)
    assert cosine(150, steps=200, warmup=100) == pytest.approx(0.05)
    assert cosine(200, steps=200, warmup=100) == pytest.approx(0, abs=1e-9)


def test_a_warm_up_longer_than_the_run_takes_half_of_it():
    assert cosine(5, steps=10, warmup=1000) == pytest.approx(0.1)


def test_the_cosine_needs_no_word_between_epochs():
    assert SCHEDULES["cosine"].after is None
