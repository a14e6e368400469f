"""From any sample depth to the eight bits of a film."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.errors import Rejected

__all__ = ["full_scale", "to_uint8"]

MIN_BITS: Final = 8  # a dark picture of few values is not stretched beyond eight bits
BLOCK: Final = 2**20  # samples turned at a time, so that wide numbers never fill memory


def to_uint8(samples: NDArray[Any], declared_max: int | None = None) -> NDArray[np.uint8]:
    """Scale samples to 0-255.

    Integers are divided by a highest value that depends on the depth and not on the picture's
    own brightness: the declared one, or else the next 2^n - 1 (n >= 8) that holds the maximum.
    Signed ones with negative values are first shifted up by the next power of two. Floating
    point has no such convention, so it is stretched from its minimum to its maximum.

    Parameters
    ----------
    samples : ndarray, bool, integer or floating, any shape
    declared_max : int, optional
        Highest value as the file declares it; not believed when the samples exceed it.

    Returns
    -------
    ndarray, uint8, same shape

    Raises
    ------
    Rejected
        `bad_pixel_values` for NaN or infinity.
    """
    if samples.dtype == np.bool_:
        return samples.astype(np.uint8) * np.uint8(255)
    if samples.dtype == np.uint8 and declared_max in (None, 255):
        return samples.astype(np.uint8, copy=False)
    if samples.size == 0:
        return samples.astype(np.uint8)
    lowest, highest = samples.min(), samples.max()
    if samples.dtype.kind == "f":
        return _scale_floats(samples, float(lowest), float(highest))
    shift = _shift(int(lowest))
    top = int(highest) + shift
    full = declared_max if declared_max and top <= declared_max else full_scale(top)
    if samples.dtype in (np.uint8, np.uint16):
        values = np.arange(np.iinfo(samples.dtype).max + 1, dtype=np.float64)
        table = np.clip(np.floor(values * (255 / full) + 0.5), 0, 255).astype(np.uint8)
        scaled: NDArray[np.uint8] = table[samples]
        return scaled
    return _linear(samples, low=-float(shift), span=float(full))


def full_scale(highest: int) -> int:
    """Next 2^n - 1 that holds a value, n at least 8: 4095 for 2048 to 4095."""
    return int(2 ** max(MIN_BITS, highest.bit_length()) - 1)


def _shift(lowest: int) -> int:
    """Next power of two that lifts the lowest value to zero or above: 2048 for -1025 to -2048."""
    return int(2 ** (-lowest - 1).bit_length()) if lowest < 0 else 0


def _scale_floats(samples: NDArray[Any], lowest: float, highest: float) -> NDArray[np.uint8]:
    # NaN spreads through minimum and maximum, so these two tell for all samples.
    if not np.isfinite(lowest) or not np.isfinite(highest):
        raise Rejected(Code.BAD_PIXEL_VALUES)
    if highest == lowest:
        return np.zeros(samples.shape, dtype=np.uint8)
    if not np.isfinite(highest - lowest):  # -1e308..1e308: the span itself overflows
        return _linear(samples / 2, low=lowest / 2, span=highest / 2 - lowest / 2)
    return _linear(samples, low=lowest, span=highest - lowest)


def _linear(samples: NDArray[Any], *, low: float, span: float) -> NDArray[np.uint8]:
    """Map low..low + span to 0..255, rounded half up, block by block."""
    scaled = np.empty(samples.shape, dtype=np.uint8)
    flat, source = scaled.reshape(-1), samples.reshape(-1)
    for block in _blocks(source.size):
        values = (source[block].astype(np.float64) - low) / span * 255
        flat[block] = np.clip(np.floor(values + 0.5), 0, 255).astype(np.uint8)
    return scaled


def _blocks(size: int) -> Iterator[slice]:
    for start in range(0, size, BLOCK):
        yield slice(start, min(start + BLOCK, size))
