"""The closed-form class activation map."""

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
