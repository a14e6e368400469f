"""The one way from a film to the network's input, the same in training and serving."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_app.imaging.film import Film

__all__ = ["INPUT_SIDE", "to_input"]

INPUT_SIDE: Final = 512  # pixels; every bundle takes [512, 512, 1]


def to_input(film: Film) -> NDArray[np.uint8]:
    """Squash a film into the network's input.

    The aspect ratio is not kept and nothing is padded: the training films came squashed, and a
    padded border would write the aspect ratio, which tells the archive's label, into the picture.
    Pillow's bilinear filter widens with the reduction (it antialiases), so a large film does not
    alias; a small one is enlarged.

    Parameters
    ----------
    film : Film
        Pixels uint8 [height, width].

    Returns
    -------
    ndarray, uint8 [512, 512, 1]
    """
    picture = Image.fromarray(film.pixels)
    squashed = picture.resize((INPUT_SIDE, INPUT_SIDE), Image.Resampling.BILINEAR)
    return np.asarray(squashed, dtype=np.uint8)[:, :, np.newaxis]
