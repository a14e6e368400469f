"""Losses, worked out by hand."""

import math

import keras
import numpy as np
import pytest

from cxr_app.spec import Task
from training.learning.fit import Labelled, targets_of
from training.learning.losses import loss_of
from training.recipes.fitting import FitRecipe

PLAIN = FitRecipe(epochs=1, learning_rate=0.1, balance_classes=False)
FOCAL = FitRecipe(epochs=1, learning_rate=0.1, balance_classes=False, loss="focal")

# Logits whose softmax, or whose sigmoid where there is one alone, is 0.9.
NINE_TO_ONE = math.log(9)


def losses(task: Task, recipe: FitRecipe, *shown: list) -> list[float]:
    """Losses of films: truth of the fit films, targets, logits."""
    truth, targets, logits = shown
    loss = loss_of(task, recipe, np.array(truth, np.uint8))
    found = loss(np.array(targets, np.float32), np.array(logits, np.float32))
    return keras.ops.convert_to_numpy(found).tolist()


def test_cross_entropy_is_minus_the_logarithm_of_the_probability_of_what_is_true():
    found = losses(Task.BINARY, PLAIN, [[0, 1]], [[0, 1], [1, 0]], [[0, NINE_TO_ONE]] * 2)

    assert found == pytest.approx([-math.log(0.9), -math.log(0.1)], rel=1e-5)


def test_focal_loss_lets_a_film_that_is_right_already_count_a_hundredth():
    """Gamma is 2: (1 - 0.9) squared is 0.01, (1 - 0.1) squared is 0.81."""
    found = losses(Task.BINARY, FOCAL, [[0, 1]], [[0, 1], [1, 0]], [[0, NINE_TO_ONE]] * 2)

    assert found == pytest.approx([-0.01 * math.log(0.9), -0.81 * math.log(0.1)], rel=1e-4)


def test_focal_loss_of_findings_doubts_each_of_them():
    found = losses(
        Task.MULTILABEL, FOCAL, [[1, 0]], [[1, 1]], [[NINE_TO_ONE, -NINE_TO_ONE]]
    )  # fmt: skip

    by_hand = (-0.01 * math.log(0.9) - 0.81 * math.log(0.1)) / 2
    assert found == pytest.approx([by_hand], rel=1e-4)


def test_focal_loss_with_gamma_zero_is_cross_entropy():
    flat = FitRecipe(epochs=1, learning_rate=0.1, loss="focal", focal_gamma=0.0)
    shown = [[0, 1]], [[0, 1], [1, 0]], [[0, NINE_TO_ONE]] * 2

    assert losses(Task.BINARY, flat, *shown) == losses(Task.BINARY, PLAIN, *shown)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTILABEL])
def test_a_film_that_could_not_be_more_right_has_a_gradient(task: Task, gamma: float):
    """Its doubt is 0, and the slope of a power at 0 need not be a number."""
    recipe = FitRecipe(epochs=1, learning_rate=0.1, loss="focal", focal_gamma=gamma)
    loss = loss_of(task, recipe, np.array([[0, 1], [1, 0]], np.uint8))
    sure = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    sure.set_weights([np.array([[100, 0], [0, 100]], np.float32), np.zeros(2, np.float32)])
    sure.compile(keras.optimizers.SGD(0.1), loss=loss)

    shown = np.array([[-1, 1], [1, -1]], np.float32)
    sure.fit(shown, (shown > 0).astype(np.float32), verbose=0)

    assert np.isfinite(sure.get_weights()[0]).all()


def test_a_rare_finding_weighs_as_much_more_as_it_is_rare():
    """One film in four has the first finding, so three to one; two in four the second."""
    truth = [[1, 0], [0, 1], [0, 1], [0, 0]]
    balanced = FitRecipe(epochs=1, learning_rate=0.1)

    having = losses(Task.MULTILABEL, balanced, truth, [[1, 1]], [[0, 0]])
    without = losses(Task.MULTILABEL, balanced, truth, [[0, 0]], [[0, 0]])

    # Logits of 0 are a probability of a half: log 2 for either answer.
    assert having == pytest.approx([(3 * math.log(2) + 1 * math.log(2)) / 2])
    assert without == pytest.approx([math.log(2)])


def test_findings_without_weights_count_alike():
    found = losses(Task.MULTILABEL, PLAIN, [[1, 0], [0, 0]], [[1, 0]], [[0, 0]])

    assert found == pytest.approx([math.log(2)])


def test_a_finding_without_a_film_has_a_finite_weight():
    balanced = FitRecipe(epochs=1, learning_rate=0.1)

    found = losses(Task.MULTILABEL, balanced, [[1, 0], [0, 0]], [[1, 1]], [[0, 0]])

    # One of two films has the first: 1 to 1. None has the second, as if one had: 1 to 1.
    assert found == pytest.approx([math.log(2)])


def test_a_very_wrong_answer_has_a_finite_loss():
    two = losses(Task.BINARY, PLAIN, [[0, 1]], [[0, 1]], [[200, 0]])
    finding = losses(Task.MULTILABEL, PLAIN, [[0, 1]], [[1, 0]], [[-200, -200]])

    assert two == pytest.approx([200])
    assert finding == pytest.approx([100])  # 200 for the first, 0 for the second


@pytest.mark.parametrize(
    ("task", "targets"),
    [
        pytest.param(Task.BINARY, [[0.95, 0.05], [0.05, 0.95]], id="shared out among two classes"),
        pytest.param(Task.MULTILABEL, [[0.95, 0.05], [0.05, 0.95]], id="there and not there"),
    ],
)
def test_smoothing_takes_a_tenth_from_what_is_true_and_shares_it_out(task: Task, targets: list):
    smooth = FitRecipe(epochs=1, learning_rate=0.1, label_smoothing=0.1, balance_classes=False)
    films = Labelled(items=np.zeros((2, 1)), truth=np.array([[1, 0], [0, 1]], np.uint8))

    assert targets_of(films, smooth, task).classes == pytest.approx(np.array(targets))


def test_smoothed_findings_do_not_depend_on_how_many_there_are():
    """A film without any of three findings: each is "not there" at 0.95."""
    smooth = FitRecipe(epochs=1, learning_rate=0.1, label_smoothing=0.1)
    films = Labelled(items=np.zeros((1, 1)), truth=np.zeros((1, 3), np.uint8))

    found = targets_of(films, smooth, Task.MULTILABEL).classes
    assert found == pytest.approx(np.array([[0.05, 0.05, 0.05]]))
