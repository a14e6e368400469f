"""Which way up a picture stands, after EXIF."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.errors import Rejected
from cxr_app.imaging.structure.tags import read_directory

__all__ = ["ORIENTATION", "UPRIGHT", "read_orientation", "turn_upright"]

ORIENTATION: Final = 0x0112  # tag
UPRIGHT: Final = 1

# EXIF 2.32, table 4.6.4 A: where row 0 and column 0 stand; here: how to bring them back.
_TURNS: Final[Mapping[int, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]]] = MappingProxyType(
    {
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.T,
        6: lambda a: a.T[:, ::-1],  # a quarter turn clockwise
        7: lambda a: a[::-1, ::-1].T,
        8: lambda a: a.T[::-1],  # a quarter turn counter-clockwise
    }
)


def turn_upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turn a picture as a viewer shows it; values that EXIF does not know change nothing.

    Parameters
    ----------
    pixels : ndarray, uint8 [height, width]
    orientation : int
        EXIF orientation as the file states it.

    Returns
    -------
    ndarray, uint8, contiguous; [width, height] for 5 to 8
    """
    turn = _TURNS.get(orientation)
    return pixels if turn is None else np.ascontiguousarray(turn(pixels))


def read_orientation(exif: bytes) -> int:
    r"""Read the orientation out of an EXIF block; 1 where the block is junk.

    Parameters
    ----------
    exif : bytes
        From the byte order mark on; a leading ``Exif\0\0`` is skipped.
    """
    block = exif.removeprefix(b"Exif\0\0")
    try:
        found = read_directory(block).integers(ORIENTATION, most=1)
    except Rejected:
        return UPRIGHT
    return found[0] if len(found) == 1 and 1 <= found[0] <= 8 else UPRIGHT
