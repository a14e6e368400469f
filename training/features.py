"""What is frozen is computed once: pooled features of every film, kept on disk."""

import hashlib
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from training.networks import Scaling
from training.prepare import Prepared

__all__ = ["pooled_features"]


def pooled_features(
    network: keras.Model, films: Prepared, *, cache: Path, scaling: Scaling
) -> NDArray[np.float32]:
    """Run a frozen backbone over films, or take its features from the cache.

    The key holds the films, in their order, and everything the features depend on: the backbone,
    its weights, its scaling and Keras' version.

    Parameters
    ----------
    network : keras.Model
        From `training.networks.build_fitted`.
    films : Prepared
    cache : Path
    scaling : Scaling
        Of the backbone; it lies in the graph and not in the weights.

    Returns
    -------
    ndarray, float32 [N, k]
        The pooled last map.
    """
    pooled = network.get_layer("pooled").output
    backbone = keras.Model(network.inputs, pooled, name=f"{network.name}_backbone")
    key = hashlib.sha256(films.pictures.tobytes())
    identity = f"{network.name} {films.pictures.shape} {scaling} {keras.__version__}"
    key.update(identity.encode("utf-8"))
    for value in backbone.get_weights():
        key.update(np.ascontiguousarray(value).tobytes())
    place = cache / f"features-{key.hexdigest()[:16]}.npy"
    if place.is_file():
        stored: NDArray[np.float32] = np.load(place, allow_pickle=False)
        return stored
    features: NDArray[np.float32] = backbone.predict(films.pictures, batch_size=32, verbose="auto")
    cache.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_suffix(".part.npy")
    np.save(unfinished, features)
    unfinished.replace(place)
    return features
