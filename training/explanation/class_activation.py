"""Where in a film the evidence for a label lies, in closed form, for heads that pool."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cxr_app.bundle import Bundle
from cxr_app.heatmap import PooledHead, activation_map
from cxr_app.spec import Task

__all__ = ["class_activation"]


def class_activation(
    features: NDArray[np.float32], bundle: Bundle, label: str
) -> NDArray[np.float32]:
    """Compute the evidence for a label, float32 [h, w], as `cxr_app.Result.heatmap` does.

    Findings do not exclude each other, so there the map is of the finding's own logit: as with a
    single sigmoid, which is served as the two logits 0 and z.

    Raises
    ------
    ValueError
        For a bundle whose head has no closed form.
    """
    if bundle.head is None:
        raise ValueError("this bundle's head has no closed form, so there is no heat map")
    place = bundle.spec.labels.index(label)
    if bundle.spec.task is Task.BINARY:
        return activation_map(features, bundle.head, place)
    return activation_map(features, _alone(bundle.head, place), 1)


def _alone(head: PooledHead, place: int) -> PooledHead:
    """Keep one logit of a head, beside a logit that is always 0."""
    last = head.layers[-1]
    kernel = np.stack([np.zeros_like(last.kernel[:, place]), last.kernel[:, place]], axis=1)
    bias = np.array([0, last.bias[place]], np.float32)
    return replace(head, layers=(*head.layers[:-1], replace(last, kernel=kernel, bias=bias)))
