"""Figures of merit, worked out by hand, and against scikit-learn where films weigh differently."""

import numpy as np
import pytest
from sklearn import metrics

from training.metrics.scores import (
    accuracy,
    auc,
    average_precision,
    balanced_weights,
    brier,
    ece,
    precision_recall_f1,
    score,
    share_right,
)

LABELS = np.array([0, 0, 0, 1], np.int64)
PROBABILITY = np.array([0.1, 0.2, 0.6, 0.4])


def test_figures_of_four_films():
    found = score(LABELS, PROBABILITY)

    assert found.accuracy == 0.5  # the third and the fourth are wrong
    assert found.sensitivity == 0
    assert found.specificity == pytest.approx(2 / 3)
    assert found.auc == pytest.approx(2 / 3)  # 0.4 is above 0.1 and 0.2, below 0.6
    # Class means: (0.01 + 0.04 + 0.36) / 3 and 0.36; they count alike.
    assert found.brier == pytest.approx(((0.01 + 0.04 + 0.36) / 3 + 0.36) / 2)
    assert found.cross_entropy == pytest.approx(-np.log([0.9, 0.8, 0.4, 0.4]).mean())


def test_weights_make_the_classes_count_alike():
    assert balanced_weights(LABELS).tolist() == [pytest.approx(2 / 3)] * 3 + [2]


def test_a_calibrated_bin_has_no_error_and_an_overconfident_one_has():
    labels = np.array([0, 1], np.int64)

    assert score(labels, np.array([0.5, 0.5])).ece == 0
    # One bin, 0.9..1: claimed 0.95, found 0.5.
    assert score(labels, np.array([0.95, 0.95])).ece == pytest.approx(0.45)


@pytest.fixture
def drawn() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels and probabilities with many ties, and three rows of weights, zeros among them."""
    draw = np.random.default_rng(7)
    labels = draw.integers(0, 2, 60)
    return labels, draw.integers(0, 11, 60) / 10, draw.integers(0, 4, (3, 60)).astype(np.float64)


def test_figures_of_films_that_weigh_differently_are_those_of_scikit_learn(drawn):
    labels, probability, weights = drawn
    said = probability >= 0.5
    found = [
        auc(labels, probability, weights),
        average_precision(labels, probability, weights),
        accuracy(labels, said, weights),
        share_right(labels, said, weights, wanted=1),
        share_right(labels, said, weights, wanted=0),
        brier(labels, probability, weights),
        *precision_recall_f1(labels[:, None] == 1, said[:, None], weights)[:, 0].T,
    ]

    for place, row in enumerate(weights):
        # Both classes alike: each film's weight over that of its class.
        alike = row / np.bincount(labels, weights=row)[labels]
        expected = [
            metrics.roc_auc_score(labels, probability, sample_weight=row),
            metrics.average_precision_score(labels, probability, sample_weight=row),
            metrics.accuracy_score(labels, said, sample_weight=row),
            metrics.recall_score(labels, said, sample_weight=row),
            metrics.recall_score(labels, said, pos_label=0, sample_weight=row),
            metrics.brier_score_loss(labels, probability, sample_weight=alike),
            metrics.precision_score(labels, said, sample_weight=row),
            metrics.recall_score(labels, said, sample_weight=row),
            metrics.f1_score(labels, said, sample_weight=row),
        ]
        assert [figure[place] for figure in found] == pytest.approx(expected, abs=1e-12)


def test_a_film_of_weight_two_is_two_films(drawn):
    """Scikit-learn has no such calibration error, so films are repeated."""
    labels, probability, weights = drawn
    twice = np.repeat(np.arange(60), weights[0].astype(int))

    (found,) = ece(labels, probability, weights[:1])

    assert found == pytest.approx(score(labels[twice], probability[twice]).ece, abs=1e-12)


def test_without_a_film_of_a_class_there_is_no_value():
    assert np.isnan(auc(LABELS, PROBABILITY, np.array([[1.0, 1, 1, 0]]))).all()
