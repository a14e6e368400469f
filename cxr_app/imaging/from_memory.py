"""Films that a program hands over: arrays and Pillow pictures."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.colour import Grey, grey_of, grey_of_picture, grey_of_rgb, lay_on_black
from cxr_app.imaging.depth import to_uint8
from cxr_app.imaging.film import Film, Format
from cxr_app.imaging.picture import Picture
from cxr_app.imaging.pillow import orientation_of, translated
from cxr_app.imaging.size import Size, check_size
from cxr_app.limits import Limits

__all__ = ["film_from_array", "film_from_picture"]

TYPES: Final = (np.dtype(np.uint8), np.dtype(np.uint16))
USUAL: Final = Limits()


def film_from_array(array: NDArray[Any], limits: Limits = USUAL) -> Film:
    """Make a film of an array, bone white.

    Parameters
    ----------
    array : ndarray, uint8, uint16 or floating; [height, width], or [height, width, n]
        n is 1 (grey), 3 (RGB) or 4 (RGB and alpha). Integers are scaled by their depth, floating
        point from its minimum to its maximum, as `cxr_app.imaging.depth.to_uint8` says; alpha
        by its type's highest value, floating alpha by 1.
    limits : Limits
        Caps on its size.

    Returns
    -------
    Film
        A copy; the array may change afterwards.

    Raises
    ------
    Rejected
        `too_many_pixels`, `too_small`, `bad_pixel_values` for NaN or infinity.
    ValueError
        Another shape or type.
    """
    shape = array.shape
    channels = 1 if array.ndim == 2 else shape[2] if array.ndim == 3 else 0
    if channels not in (1, 3, 4) or 0 in shape:
        raise ValueError(
            "array must be [height, width] or [height, width, 1, 3 or 4]. "
            f"Got {list(shape)} instead."
        )
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.dtype not in TYPES and array.dtype.kind != "f":
        raise ValueError(f"array must be uint8, uint16 or floating. Got {array.dtype} instead.")
    check_size(Size(width=shape[1], height=shape[0]), limits)
    if channels == 1:
        return Picture(grey=grey_of(array.reshape(shape[:2]).copy())).film(Format.MEMORY)
    grey = grey_of_rgb(to_uint8(array[:, :, :3]))
    if channels == 4 and not np.isfinite(array[:, :, 3]).all():
        raise Rejected(Code.BAD_PIXEL_VALUES)
    if channels == 4:
        grey = lay_on_black(grey, _opacity(array[:, :, 3]))
    deep = Grey(
        pixels=grey.pixels, depth=8 if array.dtype == np.uint8 else 16, warnings=grey.warnings
    )
    return Picture(grey=deep).film(Format.MEMORY)


def film_from_picture(picture: Image.Image, limits: Limits = USUAL) -> Film:
    """Make a film of a Pillow picture; its EXIF orientation is applied, its first frame taken.

    Parameters
    ----------
    picture : PIL.Image.Image
        Any mode. One that was opened and not loaded yet is loaded.
    limits : Limits
        Caps on its size, checked before it is loaded.

    Raises
    ------
    Rejected
        `too_many_pixels`, `too_small`, `corrupt` when Pillow cannot load it,
        `bad_pixel_values` for NaN or infinity.
    ValueError
        A picture without pixels.
    """
    if 0 in picture.size:
        raise ValueError(f"picture must have pixels. Got {picture.width} x {picture.height}.")
    check_size(Size(width=picture.width, height=picture.height), limits)
    with translated():
        picture.load()
        grey = grey_of_picture(picture)
    return Picture(grey=grey, orientation=orientation_of(picture)).film(Format.MEMORY)


def _opacity(alpha: NDArray[Any]) -> NDArray[np.uint8]:
    """Scale alpha by what its type calls opaque, whatever the picture's most opaque pixel is."""
    if alpha.dtype.kind == "f":
        clipped = np.clip(alpha, 0.0, 1.0)
        scaled: NDArray[np.uint8] = np.floor(clipped * 255 + 0.5).astype(np.uint8)
        return scaled
    return to_uint8(alpha, int(np.iinfo(alpha.dtype).max))
