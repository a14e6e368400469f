"""Optimizers: single steps, worked out by hand."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from training.learning.optimizers import OPTIMIZERS, optimizer_of
from training.recipes.fitting import FitRecipe

SGD = FitRecipe(
    epochs=1, learning_rate=0.1, optimizer="sgd", momentum=0.0, weight_decay=0.0, clip_norm=0.0
)

ALIKE = {
    "sgd": SGD,
    "adam": replace(SGD, optimizer="adam", momentum=None),
    "adamw": replace(SGD, optimizer="adamw", momentum=None),
}


def moved(recipe: FitRecipe, gradient: list[float], *, steps: int = 1) -> list[float]:
    """Weights that began at 1, after steps with one gradient."""
    weights = keras.Variable([1.0, 1.0], name="kernel")
    optimizer = optimizer_of(recipe, recipe.learning_rate)
    for _ in range(steps):
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weights])
    return keras.ops.convert_to_numpy(weights).tolist()


def test_a_step_goes_against_the_gradient():
    assert moved(SGD, [3.0, -4.0]) == pytest.approx([0.7, 1.4])  # 1 - 0.1 * 3, 1 + 0.1 * 4


def test_momentum_carries_the_step_before_on():
    pushed = replace(SGD, momentum=0.9)

    # The second step is the gradient's and nine tenths of the first: 0.3 + (0.3 + 0.27).
    assert moved(pushed, [3.0, 0.0], steps=2) == pytest.approx([1 - 0.57 - 0.3, 1])


def test_a_long_gradient_is_cut_to_its_norm():
    cut = replace(SGD, clip_norm=1.0)

    # The norm of (3, 4) is 5, so a fifth of it is left.
    assert moved(cut, [3.0, -4.0]) == pytest.approx([1 - 0.06, 1 + 0.08])


def test_a_short_gradient_is_left_as_it_is():
    cut = replace(SGD, clip_norm=10.0)

    assert moved(cut, [3.0, -4.0]) == pytest.approx([0.7, 1.4])


def test_the_norm_is_that_of_all_weights_together():
    cut = replace(SGD, clip_norm=1.0)
    one, other = (keras.Variable([1.0], name="kernel") for _ in range(2))

    optimizer_of(cut, 0.1).apply([keras.ops.array([3.0]), keras.ops.array([4.0])], [one, other])

    assert float(one.numpy()[0]) == pytest.approx(1 - 0.06)
    assert float(other.numpy()[0]) == pytest.approx(1 - 0.08)


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_a_cut_at_zero_cuts_nothing(name: str):
    assert optimizer_of(ALIKE[name], 0.1).global_clipnorm is None


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_decay_shrinks_kernels_and_spares_biases_and_batch_norm(name: str):
    """Without a gradient decay alone moves: a share of rate times decay, so it is decoupled."""
    decaying = replace(ALIKE[name], weight_decay=0.5)
    names = ("kernel", "bias", "gamma", "beta")
    weights = [keras.Variable([1.0], name=one) for one in names]

    optimizer_of(decaying, 0.1).apply([keras.ops.zeros(1)] * 4, weights)

    left = [float(keras.ops.convert_to_numpy(one)[0]) for one in weights]
    assert left == pytest.approx([1 - 0.1 * 0.5, 1, 1, 1])


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_without_decay_nothing_shrinks(name: str):
    assert moved(ALIKE[name], [0.0, 0.0], steps=3) == [1, 1]


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_the_first_step_of_adam_is_the_rate_whatever_the_gradient(name: str):
    found = moved(ALIKE[name], [1000.0, -1.0])

    assert found == pytest.approx([0.9, 1.1], abs=1e-4)


def test_a_rate_may_be_a_course_over_the_steps():
    falling = keras.optimizers.schedules.PiecewiseConstantDecay([0], [0.1, 0.01])
    weights = keras.Variable(np.array([1.0], np.float32), name="kernel")
    optimizer = optimizer_of(SGD, falling)

    for _ in range(2):
        optimizer.apply([keras.ops.ones(1)], [weights])

    assert float(weights.numpy()[0]) == pytest.approx(1 - 0.1 - 0.01)
