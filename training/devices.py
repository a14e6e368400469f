"""Several accelerators in one machine, where they are: each takes its share of a batch."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras

__all__ = ["on_all_devices"]


@contextmanager
def on_all_devices(devices: list[str] | None = None) -> Iterator[int]:
    """Build networks so that `fit` uses every GPU; with one or none nothing changes.

    By `tf.distribute` on TensorFlow and `keras.distribution` on JAX. PyTorch under Keras uses one.

    Parameters
    ----------
    devices : list of str, optional
        By name, instead of the GPUs that are found.

    Yields
    ------
    int
        How many are used.
    """
    match keras.backend.backend():
        case "tensorflow":
            import tensorflow  # only where it is the backend

            found = devices or [one.name for one in tensorflow.config.list_logical_devices("GPU")]
            if len(found) > 1:
                with tensorflow.distribute.MirroredStrategy(found).scope():
                    yield len(found)
                return
        case "jax":
            found = devices or keras.distribution.list_devices("gpu")
            if len(found) > 1:
                before = keras.distribution.distribution()
                keras.distribution.set_distribution(keras.distribution.DataParallel(devices=found))
                try:
                    yield len(found)
                finally:
                    keras.distribution.set_distribution(before)
                return
    yield 1
