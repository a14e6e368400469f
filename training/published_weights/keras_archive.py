"""A model that Keras saved, read without Keras: the arrays of one network within it, by layer."""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import h5py
import numpy as np

from training.errors import TrainingCode, TrainingError

__all__ = ["read_keras_archive"]

# Layers with arrays: what Keras calls their groups in the file, and the order of their arrays.
ARRAYS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "Conv2D": ("conv2d", ("kernel",)),
        "BatchNormalization": (
            "batch_normalization",
            ("gamma", "beta", "moving_mean", "moving_variance"),
        ),
    }
)
WEIGHTS: Final = "model.weights.h5"
PLACE: Final = "layers/functional/layers"  # of a network that is the first layer of another


def read_keras_archive(content: bytes, network: str, *, file: str) -> dict[str, np.ndarray]:
    """Read a network that a saved model begins with; the layers after it are left out.

    The description says what the layers are called, the file of weights numbers them by kind.

    Parameters
    ----------
    content : bytes
        A `.keras` file whose hash is known: links within it are not looked for.
    network : str
        Its name in the description.
    file : str
        Where it comes from, for errors.

    Returns
    -------
    dict of numpy.ndarray
        float32, by ``layer/array`` as `training.networks.weights` reads them.

    Raises
    ------
    TrainingError
        `data_invalid` where it does not hold such a network.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as members:
            description = json.loads(members.read("config.json"))
            weights = io.BytesIO(members.read(WEIGHTS))
        layers = next(
            layer["config"]["layers"]
            for layer in description["config"]["layers"]
            if layer["config"].get("name") == network
        )
        with h5py.File(weights, "r") as stored:
            return dict(_arrays(layers, stored[PLACE]))
    except (KeyError, ValueError, OSError, StopIteration, zipfile.BadZipFile) as error:
        reason = f"holds no network called {network} as Keras saves it"
        raise TrainingError(TrainingCode.DATA_INVALID, place=file, reason=reason) from error


def _arrays(layers: list[dict[str, Any]], groups: h5py.Group) -> Iterator[tuple[str, np.ndarray]]:
    seen: Counter[str] = Counter()
    for layer in layers:
        if layer["class_name"] not in ARRAYS:
            continue
        kind, names = ARRAYS[layer["class_name"]]
        group = groups[f"{kind}_{seen[kind]}" if seen[kind] else kind]["vars"]
        seen[kind] += 1
        if len(group) != len(names):
            raise ValueError(f"{layer['config']['name']} has {len(group)} arrays")
        for place, name in enumerate(names):
            yield f"{layer['config']['name']}/{name}", np.asarray(group[str(place)])
