"""JPEG 2000, as a file of boxes or as a bare codestream, by OpenJPEG."""

import struct
from typing import Any, Final, NamedTuple

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.boxes import boxes
from cxr_app.imaging.colour import Grey, grey_of, grey_of_deep, grey_of_rgb, lay_on_black
from cxr_app.imaging.picture import Picture
from cxr_app.imaging.pillow import translated
from cxr_app.imaging.size import Size, check_size, check_unpacked
from cxr_app.limits import Limits

__all__ = ["Codestream", "decode_codestream", "describe_codestream", "read_jpeg2000"]

START: Final = b"\xff\x4f\xff\x51"
END: Final = b"\xff\xd9"


class Codestream(NamedTuple):
    """What a codestream's first marker says: the tags of the file around it may say otherwise."""

    size: Size
    components: int
    bits: int
    is_signed: bool


def describe_codestream(stream: bytes) -> Codestream:
    """Read the marker SIZ (ISO/IEC 15444-1, A.5.1), before the decoder believes it.

    Raises
    ------
    Rejected
        `truncated`, `corrupt`.
    """
    if len(stream) < 43:
        raise Rejected(Code.TRUNCATED)
    if not stream.startswith(START):
        raise Rejected(Code.CORRUPT)
    right, bottom, left, top = struct.unpack_from(">IIII", stream, 8)
    (components,) = struct.unpack_from(">H", stream, 40)
    depth = stream[42]
    return Codestream(
        size=Size(width=max(0, right - left), height=max(0, bottom - top)),
        components=components,
        bits=(depth & 0x7F) + 1,
        is_signed=bool(depth & 0x80),
    )


def decode_codestream(stream: bytes, limits: Limits) -> NDArray[Any]:
    """Decode a codestream once its own header keeps the caps: [height, width (, components)].

    Raises
    ------
    Rejected
        `too_many_pixels`, `too_small`, `too_large_unpacked`, `truncated`, `corrupt`.
    """
    found = describe_codestream(stream)
    check_size(found.size, limits)
    check_unpacked(found.size, found.components * (1 if found.bits <= 8 else 2), limits)
    if END not in stream[-4:]:  # the decoder would fill in what is missing; a pad byte may follow
        raise Rejected(Code.TRUNCATED)
    with translated():
        samples: NDArray[Any] = imagecodecs.jpeg2k_decode(stream)
    if samples.shape[:2] != (found.size.height, found.size.width):
        raise Rejected(Code.CORRUPT)
    return samples


def read_jpeg2000(data: bytes, limits: Limits) -> Picture:
    """Decode a JPEG 2000 file.

    Raises
    ------
    Rejected
        As `decode_codestream`.
    """
    stream = data if data.startswith(START) else _codestream(data)
    samples = decode_codestream(stream, limits)
    bits = describe_codestream(stream).bits
    return Picture(grey=_grey(samples, declared_max=2**bits - 1))


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
