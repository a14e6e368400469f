"""The closed-form class activation map."""

import math

import numpy as np
import pytest

from cxr_app.heatmap import Layer, PooledHead, activation_map


def layer(kernel: list[list[float]], bias: list[float], activation: str = "linear") -> Layer:
    return Layer(
        kernel=np.array(kernel, np.float32), bias=np.array(bias, np.float32), activation=activation
    )


# Two cells, two channels: the first cell has channel 0 only, the second channel 1 only.
FEATURES = np.array([[[4.0, 0.0], [0.0, 2.0]]], np.float32)


def test_logits_are_those_of_the_mean_of_the_map():
    head = PooledHead(layers=(layer([[1, 0], [0, 1]], [0.5, 0.0]),))

    # Channel means are 2 and 1.
    assert head.logits(FEATURES).tolist() == [2.5, 1.0]


def test_a_cell_counts_by_its_lead_for_the_label():
    head = PooledHead(layers=(layer([[1, 0], [0, 3]], [0, 0]),))

    # For class 0 the slope of the lead is (1, -3): 4 x 1 and 2 x -3, which is against it.
    assert activation_map(FEATURES, head, 0).tolist() == [[4.0, 0.0]]
    # For class 1 it is (-1, 3).
    assert activation_map(FEATURES, head, 1).tolist() == [[0.0, 6.0]]


def test_the_lead_is_the_mean_of_the_signed_map_plus_the_bias():
    draw = np.random.default_rng(0)
    features = draw.normal(size=(3, 3, 5)).astype(np.float32)
    head = PooledHead(layers=(layer(draw.normal(size=(5, 2)).tolist(), [0.3, -0.2]),))

    positive, negative = (activation_map(features, head, label) for label in (1, 0))

    logits = head.logits(features)
    lead = logits[1] - logits[0] - (-0.2 - 0.3)
    assert (positive - negative).mean() == pytest.approx(lead, abs=1e-5)


def test_a_closed_unit_passes_nothing_on():
    hidden = layer([[1, -1], [0, 0]], [0, 0], "relu")  # 2 and -2: the second unit is closed
    head = PooledHead(layers=(hidden, layer([[1, 0], [5, 0]], [0, 0])))

    assert activation_map(FEATURES, head, 0).tolist() == [[4.0, 0.0]]


def test_no_evidence_is_an_empty_map():
    head = PooledHead(layers=(layer([[1, 0], [1, 0]], [0, 0]),))

    assert not activation_map(FEATURES, head, 1).any()


# One channel over four cells.
STEPS = np.array([[[1.0], [0.0]], [[0.0], [0.0]]], np.float32)


@pytest.mark.parametrize(
    ("sharpness", "pooled"),
    [
        pytest.param(10.0, math.log((math.exp(10) + 3) / 4) / 10, id="as NIH's networks pool"),
        pytest.param(1e-3, 0.25, id="near 0 it is the mean"),
        pytest.param(1e3, 1.0, id="far from 0 it is the highest"),
    ],
)
def test_log_sum_exp_pools_between_the_mean_and_the_highest(sharpness: float, pooled: float):
    head = PooledHead(
        layers=(layer([[2, 0]], [0.5, 0]),), pooling="log-sum-exp", sharpness=sharpness
    )

    assert head.pooled(STEPS) == pytest.approx([pooled], abs=2e-3)
    assert head.logits(STEPS) == pytest.approx([2 * pooled + 0.5, 0], abs=4e-3)


def test_log_sum_exp_of_huge_values_does_not_overflow():
    head = PooledHead(layers=(layer([[1, 0]], [0, 0]),), pooling="log-sum-exp", sharpness=10.0)

    # All cells but the highest vanish: 1e4 + log(1 / 4) / 10.
    assert head.pooled(1e4 * STEPS) == pytest.approx([1e4 + math.log(0.25) / 10], abs=1e-2)


def test_a_cell_counts_alike_however_the_map_is_pooled():
    """The derivatives of both pooled values sum to 1 over the cells."""
    layers = (layer([[1, 0], [0, 3]], [0, 0]),)
    sharp = PooledHead(layers=layers, pooling="log-sum-exp", sharpness=10.0)

    assert activation_map(FEATURES, sharp, 1).tolist() == [[0.0, 6.0]]


def test_which_hidden_units_are_open_depends_on_the_pooling():
    # Means 2 and 1 open the unit no wider than 2 - 3 < 0; the highest values 4 and 2 do: 4 - 3.
    layers = (layer([[1], [0]], [-3], "relu"), layer([[0, 1]], [0, 0]))
    sharp = PooledHead(layers=layers, pooling="log-sum-exp", sharpness=10.0)

    assert not activation_map(FEATURES, PooledHead(layers=layers), 1).any()
    assert activation_map(FEATURES, sharp, 1).tolist() == [[4.0, 0.0]]


def test_of_three_classes_a_label_leads_the_mean_of_the_others():
    head = PooledHead(layers=(layer([[1, 3, 5], [0, 2, 0]], [0, 0, 0]),))

    # Slopes for class 1: 3 - (1 + 5) / 2 and 2 - 0. Cells: 4 x 0 and 2 x 2.
    assert activation_map(FEATURES, head, 1).tolist() == [[0.0, 4.0]]
    # For class 2: 5 - (1 + 3) / 2 and 0 - (0 + 2) / 2.
    assert activation_map(FEATURES, head, 2).tolist() == [[12.0, 0.0]]
