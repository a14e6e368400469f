"""Schedules: the rate over the steps, and from epoch to epoch."""

from dataclasses import replace

import keras
import pytest

from training.learning.schedules import EPOCH_RATES, SCHEDULES
from training.recipes.fitting import FitRecipe

RECIPE = FitRecipe(epochs=100, learning_rate=0.1)
PLATEAU = replace(RECIPE, schedule="plateau", plateau_patience=2, step_factor=0.1)


def cosine(step: int, *, steps: int, warmup: int = 0) -> float:
    recipe = replace(RECIPE, warmup_steps=warmup)
    return float(keras.ops.convert_to_numpy(SCHEDULES["cosine"](recipe, steps // 100)(step)))


@pytest.mark.parametrize("name", ["constant", "step", "plateau"])
def test_a_run_begins_at_the_rate_of_the_recipe(name: str):
    assert SCHEDULES[name](RECIPE, 5) == 0.1


@pytest.mark.parametrize(
    ("epochs", "rate"), [(0, 0.1), (9, 0.1), (10, 0.01), (19, 0.01), (20, 0.001)]
)
def test_steps_lower_the_rate_to_a_tenth_every_ten_epochs(epochs: int, rate: float):
    assert EPOCH_RATES["step"](RECIPE, [1.0] * epochs) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("losses", "rate"),
    [
        pytest.param([], 0.1, id="at the beginning"),
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
    assert EPOCH_RATES["plateau"](PLATEAU, losses) == pytest.approx(rate)


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
    assert cosine(50, steps=100, warmup=1000) == pytest.approx(0.1)
