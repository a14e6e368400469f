"""JPEG 2000, as a file of boxes or as a bare codestream, by OpenJPEG."""

from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.boxes import boxes
from cxr_app.imaging.codestream import jpeg_2000_frame
from cxr_app.imaging.codestream_cost import Siz, check_work
from cxr_app.imaging.colour import Grey, grey_of, grey_of_deep, grey_of_rgb, lay_on_black
from cxr_app.imaging.picture import Picture
from cxr_app.imaging.pillow import translated
from cxr_app.imaging.size import Size, check_size, check_unpacked
from cxr_app.limits import Limits

__all__ = ["read_jpeg2000"]

START: Final = b"\xff\x4f\xff\x51"
END: Final = b"\xff\xd9"


def read_jpeg2000(data: bytes, limits: Limits) -> Picture:
    """Decode a JPEG 2000 file.

    Raises
    ------
    Rejected
        `too_many_pixels`, `too_small`, `truncated`, `corrupt`, `too_large_unpacked`.
    """
    stream = data if data.startswith(START) else _codestream(data)
    if not stream.startswith(START):
        raise Rejected(Code.CORRUPT)
    frame = jpeg_2000_frame(stream)
    size = Size(width=frame.columns, height=frame.rows)
    check_size(size, limits)
    check_unpacked(size, frame.components * (1 if frame.bits <= 8 else 2), limits)
    columns, rows = frame.tile
    check_work(
        stream, Siz(columns=size.width, rows=size.height, tile_columns=columns, tile_rows=rows)
    )
    if END not in stream[-4:]:  # the decoder would fill in what is missing; a pad byte may follow
        raise Rejected(Code.TRUNCATED)
    with translated():
        samples: NDArray[Any] = imagecodecs.jpeg2k_decode(stream)
    if samples.shape[:2] != (size.height, size.width):
        raise Rejected(Code.CORRUPT)
    return Picture(grey=_grey(samples, declared_max=int(2**frame.bits) - 1))


def _codestream(data: bytes) -> bytes:
    for box in boxes(data):
        if box.kind == b"jp2c":
            return box.body
    raise Rejected(Code.TRUNCATED)


def _grey(samples: NDArray[Any], *, declared_max: int) -> Grey:
    if samples.ndim == 2:
        return grey_of(samples, declared_max)
    if samples.dtype == np.uint16:
        return grey_of_deep(samples[:, :, :4], declared_max)
    if samples.shape[2] < 3:
        grey = grey_of(samples[:, :, 0], declared_max)
        return lay_on_black(grey, samples[:, :, 1]) if samples.shape[2] == 2 else grey
    plain = grey_of_rgb(samples[:, :, :3])
    return lay_on_black(plain, samples[:, :, 3]) if samples.shape[2] > 3 else plain
