"""Film to a small picture for a page."""

import io
from typing import Final

from PIL import Image

from cxr_app.imaging.film import Film

__all__ = ["THUMBNAIL_SIDE", "make_thumbnail"]

THUMBNAIL_SIDE: Final = 512  # pixels of the longer side; about 20 kB


def make_thumbnail(film: Film, *, side_px: int = THUMBNAIL_SIDE) -> bytes:
    """Make a small picture of a film, in its aspect ratio, without metadata.

    Parameters
    ----------
    film : Film
        Pixels uint8 [height, width].
    side_px : int, default 512
        Of the longer side. A smaller film is not enlarged.

    Returns
    -------
    bytes
        Eight-bit grey JPEG.
    """
    picture = Image.fromarray(film.pixels)
    picture.thumbnail((side_px, side_px))
    file = io.BytesIO()
    picture.save(file, format="JPEG", quality=85)
    return file.getvalue()
