"""What logits mean, and what is right: classes that exclude each other, findings that do not."""

import math

import keras
import numpy as np
import pytest

from cxr_app.spec import Task
from training.data.preparation import truth_of
from training.learning.tasks import TASKS
from training.metrics.probabilities import second_class
from training.metrics.scores import score, score_labels

THREE_TO_ONE = math.log(3)  # the logit of 0.75


def accuracy(task: Task, targets: list, logits: list) -> float:
    metric = TASKS[task].accuracy()
    metric.update_state(np.array(targets, np.float32), np.array(logits, np.float32))
    return float(keras.ops.convert_to_numpy(metric.result()))


def test_truth_has_a_column_for_each_class():
    found = truth_of(((0,), (1,), (), (0, 2)), 3)

    assert found.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0], [1, 0, 1]]
    assert found.dtype == np.uint8


def test_of_two_classes_the_difference_of_the_logits_counts():
    logits = np.array([[0, THREE_TO_ONE], [5, 5 + THREE_TO_ONE], [THREE_TO_ONE, 0]], np.float32)

    assert second_class(logits) == pytest.approx(np.array([0.75, 0.75, 0.25]), rel=1e-5)


def test_probabilities_of_two_classes_sum_to_one():
    found = TASKS[Task.BINARY].probabilities(np.array([[0, THREE_TO_ONE]], np.float32))

    assert found == pytest.approx(np.array([[0.25, 0.75]]))


def test_probabilities_of_findings_do_not_know_each_other():
    logits = np.array([[THREE_TO_ONE, THREE_TO_ONE, -THREE_TO_ONE]], np.float32)

    found = TASKS[Task.MULTILABEL].probabilities(logits)

    assert found == pytest.approx(np.array([[0.75, 0.75, 0.25]]))


@pytest.mark.parametrize("task", list(TASKS))
def test_extreme_logits_stay_probabilities(task: Task):
    """Float32 overflows beyond 88 where an exponential is taken carelessly."""
    found = TASKS[task].probabilities(np.array([[-1000, 1000]], np.float32))

    assert found.tolist() == [[0, 1]]


def test_films_of_two_classes_weigh_so_that_the_classes_count_alike():
    truth = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], np.uint8)

    # 4 / (2 * 3) for each of the three, 4 / (2 * 1) for the one.
    assert TASKS[Task.BINARY].weights(truth, np.ones(4, np.float32)) == pytest.approx(
        np.array([2 / 3] * 3 + [2])
    )


def test_films_with_findings_weigh_alike():
    truth = np.array([[1, 0], [0, 0], [0, 0]], np.uint8)

    assert TASKS[Task.MULTILABEL].weights(truth, np.ones(3, np.float32)).tolist() == [1, 1, 1]


@pytest.mark.parametrize("smoothing", [0.0, 0.05])
def test_training_accuracy_of_two_classes_is_the_share_of_greater_logits(smoothing: float):
    yes, no = 1 - smoothing, smoothing

    assert accuracy(Task.BINARY, [[no, yes], [yes, no]], [[-1, 1], [0, 3]]) == 0.5


@pytest.mark.parametrize("smoothing", [0.0, 0.05])
def test_training_accuracy_of_findings_draws_the_line_at_a_logit_of_zero(smoothing: float):
    """Smoothed targets too: what was true is what lies above a half."""
    yes, no = 1 - smoothing, smoothing

    found = accuracy(Task.MULTILABEL, [[yes, no, no, yes]], [[0.3, -0.2, 2.0, 4.0]])

    assert found == 0.75  # the third is called and not there


def test_of_two_classes_the_second_is_judged():
    truth = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], np.uint8)
    second = np.array([0.1, 0.2, 0.6, 0.4])

    found = TASKS[Task.BINARY].score(truth, np.stack([1 - second, second], axis=1))

    assert found == score(np.array([0, 0, 0, 1]), second)


def test_figures_of_findings_are_the_means_over_them():
    """Each of two findings in two films of four."""
    truth = np.array([[1, 1], [1, 0], [0, 1], [0, 0]], np.uint8)
    probability = np.array([[0.9, 0.2], [0.8, 0.4], [0.3, 0.6], [0.1, 0.4]])

    found = score_labels(truth, probability)

    # First finding: all four right. Second: 0.6 is right, 0.2 is missed, both others are right.
    assert found.accuracy == pytest.approx((1 + 0.75) / 2)
    assert found.sensitivity == pytest.approx((1 + 0.5) / 2)
    assert found.specificity == pytest.approx(1)
    # Second: 0.6 is above both of 0.4, 0.2 above none: two pairs of four.
    assert found.auc == pytest.approx((1 + 0.5) / 2)
    first = (0.1**2 + 0.2**2 + 0.3**2 + 0.1**2) / 4
    second = (0.8**2 + 0.4**2 + 0.4**2 + 0.4**2) / 4
    assert found.brier == pytest.approx((first + second) / 2)
    said = 0.9 * 0.8 * 0.7 * 0.9 * 0.2 * 0.6 * 0.6 * 0.6
    assert found.cross_entropy == pytest.approx(-math.log(said) / 8)
    assert found.films == 4


def test_a_finding_that_no_film_has_is_left_out_of_the_means():
    truth = np.array([[1, 0], [0, 0]], np.uint8)
    probability = np.array([[0.9, 0.9], [0.2, 0.9]])

    assert score_labels(truth, probability) == score(np.array([1, 0]), probability[:, 0])


def test_findings_that_are_all_the_same_have_no_figures():
    with pytest.raises(ValueError, match="the same for all films"):
        score_labels(np.array([[1, 0], [1, 0]], np.uint8), np.full((2, 2), 0.5))
