"""In what the layers of a network compute while it is built and trained."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from training.recipes.fitting import DtypePolicy

__all__ = ["computing_in"]


@contextmanager
def computing_in(precision: DtypePolicy) -> Iterator[None]:
    """Build layers with a precision, then as before; Keras knows one policy at a time."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision.value)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
