"""Pillow, asked for one format at a time, and its many exceptions made one code."""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PIL import ExifTags, Image

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.film import Format
from cxr_app.imaging.size import Size

__all__ = ["UPRIGHT", "open_picture", "orientation_of", "translated"]

UPRIGHT: Final = 1

# About metadata that is damaged and not used. Once for all: a context of `warnings` would change
# what other threads hear.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

# What Pillow's plugins and codecs raise on damaged files; UnidentifiedImageError is an OSError.
# Lookup, attribute, type and arithmetic errors come from plugins that trust a field.
DAMAGE: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    AttributeError,
    TypeError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
    struct.error,
    zlib.error,
)
# How Pillow says that a file ended, and that a packed text or profile is over its ceiling.
SHORT: Final = ("truncated", "Truncated", "not enough", "Not enough", "unexpected end")
OVERFULL: Final = ("Decompressed data too large", "Too much memory used in text chunks")


@contextmanager
def translated() -> Iterator[None]:
    """Turn what a decoder raises into `truncated`, `corrupt` or `too_large_unpacked`."""
    try:
        yield
    except MemoryError as error:
        raise Rejected(Code.TOO_LARGE_UNPACKED) from error
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the machine's complaint, not one about the file
        said = str(error)
        if said.startswith(OVERFULL):
            raise Rejected(Code.TOO_LARGE_UNPACKED) from error
        is_short = isinstance(error, EOFError) or any(word in said for word in SHORT)
        raise Rejected(Code.TRUNCATED if is_short else Code.CORRUPT) from error


def open_picture(data: bytes, found: Format, size: Size) -> Image.Image:
    """Open a file with exactly one plugin, and read its header; its pixels are not decoded yet.

    Pillow's own cap on pixels is process-wide, so it is left at its default; the net behind our
    reading of the header is that Pillow must read the same size from it.

    Raises
    ------
    Rejected
        `truncated`, `corrupt`, `too_large_unpacked`, `multi_frame`.
    """
    with translated():
        picture = Image.open(io.BytesIO(data), formats=[found.value.upper()])
        if picture.size != (size.width, size.height):
            raise Rejected(Code.CORRUPT)
        if found is not Format.JPEG and (frames := getattr(picture, "n_frames", 1)) > 1:
            raise Rejected(Code.MULTI_FRAME, n=frames)
    return picture


def orientation_of(picture: Image.Image) -> int:
    """Ask EXIF which way up a picture stands; junk there is no fault of the pixels."""
    try:
        with translated():
            found = picture.getexif().get(ExifTags.Base.Orientation, UPRIGHT)
    except Rejected:
        return UPRIGHT
    return found if isinstance(found, int) and 1 <= found <= 8 else UPRIGHT
