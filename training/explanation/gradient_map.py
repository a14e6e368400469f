"""Where in a film the evidence for a label lies, by gradients, whatever the network's head."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.spec import Task
from training.errors import TrainingError

__all__ = ["gradient_map"]


def gradient_map(
    network: keras.Model, film: NDArray[np.uint8], label: int, *, task: Task = Task.BINARY
) -> NDArray[np.float32]:
    """Compute where the evidence for a label lies, by gradients.

    It is what `cxr_app.heatmap.activation_map` computes in closed form for heads that pool, for
    any head: Grad-CAM of the label's lead in logits, negative values cut off. Grad-CAM weighs a
    channel by the mean over the cells of the lead's derivative; here it is their sum, so this map
    is Grad-CAM's times the number of cells. The derivatives of a pooled value sum to 1 over the
    cells, 1 / (h w) each for a mean and a softmax for log-sum-exp, so the sum is the lead's
    derivative by the pooled vector, which is the closed form's weight. A head that flattens has no
    such vector; there the sum is what the lead gains where a whole channel rises.

    Parameters
    ----------
    network : keras.Model
        From `training.networks.graphs.build_fitted` or `build_served`, or loaded from a bundle.
    film : ndarray, uint8 [side, side, 1] or [N, side, side, 1]
        As the network takes it.
    label : int
        Place among the logits.
    task : Task
        Of classes that exclude each other the lead is the label's logit less the mean of the
        others'. Findings do not: there it is the logit itself, since evidence for one is none
        against another. (The closed form always subtracts; no bundle of findings is shown by it.)

    Returns
    -------
    ndarray, float32 [h, w] or [N, h, w]
        In logits per cell, 0 or more; all 0 where nothing speaks for the label.

    Raises
    ------
    TrainingError
        `usage` where Keras computes with anything but TensorFlow.

    References
    ----------
    Selvaraju et al. 2017, arXiv:1610.02391, equations 1 and 2.
    """
    batch = film[np.newaxis] if film.ndim == 3 else film
    expected = tuple(network.input.shape[1:])
    if batch.dtype != np.uint8 or batch.shape[1:] != expected:
        raise ValueError(
            f"film must be uint8 {list(expected)}. Got {film.dtype} {list(film.shape)} instead."
        )
    last_map, logits = _ends(network)
    lead = _lead(label, int(logits.shape[-1]), task)
    features, slopes = _slopes(
        keras.Model(network.input, last_map), keras.Model(last_map, logits), batch, lead
    )
    weights = slopes.sum(axis=(1, 2))
    signed = np.einsum("nhwk,nk->nhw", features, weights)
    evidence: NDArray[np.float32] = np.maximum(signed, 0).astype(np.float32)
    return evidence[0] if film.ndim == 3 else evidence


def _ends(network: keras.Model) -> tuple[Any, Any]:
    """Find the last map and the logits, symbolic tensors of the network's own graph."""
    if isinstance(network.output, dict):
        return network.output["features"], network.output["logits"]
    # The backbone ends in a layer, and heads begin with the one called "pooled"; what
    # log-sum-exp does in between are operations, no layers.
    names = [layer.name for layer in network.layers]
    return network.layers[names.index("pooled") - 1].output, network.output


def _lead(label: int, n_classes: int, task: Task) -> NDArray[np.float32]:
    """Write the lead as weights of the logits, float32 [n_classes]."""
    if not 0 <= label < n_classes:
        raise ValueError(f"label must be 0 to {n_classes - 1}. Got {label} instead.")
    others = 0.0 if task is Task.MULTILABEL else -1 / (n_classes - 1)
    lead = np.full(n_classes, others, np.float32)
    lead[label] = 1
    return lead


def _slopes(
    trunk: keras.Model, head: keras.Model, batch: NDArray[np.uint8], lead: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Compute the last map and the lead's derivative by each of its values, [N, h, w, k] each."""
    if keras.backend.backend() != "tensorflow":
        reason = "gradients are taken with TensorFlow; set KERAS_BACKEND=tensorflow"
        raise TrainingError(Code.USAGE, reason=reason)
    import tensorflow as tf  # only where it is the backend

    features = trunk(batch, training=False)
    with tf.GradientTape() as tape:
        # The tape follows weights by itself, but those of a frozen trunk do not lead here.
        tape.watch(features)
        gained = tf.reduce_sum(head(features, training=False) * lead)
    slopes = tape.gradient(gained, features)
    return np.asarray(features, np.float32), np.asarray(slopes, np.float32)
