"""Distillation: a student learns to answer, and to see, as its teacher does.

Both see the very same view, changed at random; no label is used. What the student matches is the
teacher's probability (Hinton et al. 2015, arXiv:1503.02531), its logits, and through a projection
its last feature map (Romero et al. 2015, arXiv:1412.6550). A long, strongly changed schedule of one
view for both is what Beyer et al. 2022 (arXiv:2106.05237) call function matching.
"""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from training.learning.fit import TrainingSetup
from training.recipes.fitting import DistillRecipe

__all__ = ["area_matrix", "by_teachers"]


def by_teachers(
    student: keras.Model, teachers: tuple[keras.Model, ...], recipe: DistillRecipe
) -> TrainingSetup:
    """Train a student on the answers of one or more teachers.

    Of several, the student matches the mean probability and the mean margin, and through a
    projection for each the map of every one.

    Parameters
    ----------
    student : keras.Model
        uint8 (batch, side, side, 1) to logits (batch, 2), of `build_fitted`.
    teachers : tuple of keras.Model
        The same, with the same side; held still by `training.networks.teacher.hold_still`.
    recipe : DistillRecipe
        How much each part of the distance weighs.

    Returns
    -------
    TrainingSetup
        Its targets are not looked at: the distance is an output of its model.
    """
    view = keras.Input(student.input.shape[1:], dtype="uint8", name="view")
    logits, maps = _seen(student)(view)
    margin = logits[:, 1] - logits[:, 0]
    right, apart = [], []
    for number, teacher in enumerate(teachers):
        right_logits, right_maps = _seen(teacher)(view)
        right.append(right_logits[:, 1] - right_logits[:, 0])
        cells = _on_grid(right_maps, maps.shape[1])
        guess = keras.layers.Conv2D(cells.shape[-1], 1, name=f"projection{number}")(maps)
        apart.append(
            recipe.direction * (1 - _cosine(guess, cells))
            + recipe.map * ops.mean(ops.square(guess - cells), axis=(1, 2, 3))
        )
    chance = sum(ops.sigmoid(one) for one in right) / len(teachers)
    distance = (
        ops.softplus(margin)
        - chance * margin
        + recipe.logits * ops.square(margin - sum(right) / len(teachers))
        + sum(apart) / len(teachers)
    )
    trained = keras.Model(view, ops.expand_dims(distance, -1), name=student.name)
    return TrainingSetup(network=student, trained=trained, loss=_distance)


def _distance(_targets: Any, distance: Any) -> Any:
    return ops.squeeze(distance, -1)


def _seen(network: keras.Model) -> keras.Model:
    """Show the last map beside the logits."""
    return keras.Model(network.input, [network.output, network.get_layer("pooled").input])


def _cosine(guess: Any, cells: Any) -> Any:
    """Mean over the cells of the cosine between two vectors, (batch,)."""
    both = ops.sum(guess * cells, axis=-1)
    lengths = ops.sum(ops.square(guess), axis=-1) * ops.sum(ops.square(cells), axis=-1)
    return ops.mean(both * ops.rsqrt(lengths + 1e-6), axis=(1, 2))


def _on_grid(maps: Any, cells: int) -> Any:
    """Average a map (batch, n, n, k) to (batch, cells, cells, k), whatever n is."""
    share = area_matrix(int(maps.shape[1]), int(cells))
    return ops.einsum("ip,bpqk,jq->bijk", share, maps, share)


def area_matrix(many: int, few: int) -> NDArray[np.float32]:
    """Weigh cells by the area that they share.

    Returns
    -------
    ndarray, float32 [few, many]
        Each row sums to 1.
    """
    low = np.arange(few)[:, None] * many / few
    overlap = np.minimum(low + many / few, np.arange(many) + 1) - np.maximum(low, np.arange(many))
    share: NDArray[np.float32] = (np.clip(overlap, 0, None) * few / many).astype(np.float32)
    return share
