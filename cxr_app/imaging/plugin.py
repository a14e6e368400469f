"""The one place where Pillow opens bytes, and where its many exceptions become one code."""

import ctypes
import functools
import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

from PIL import Image, TiffImagePlugin, _imaging

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.film import Format
from cxr_app.imaging.size import Size

__all__ = ["open_picture", "open_tiff", "translated"]

PLUGINS: Final = MappingProxyType(
    {
        Format.JPEG: "JPEG",
        Format.PNG: "PNG",
        Format.WEBP: "WEBP",
        Format.TIFF: "TIFF",
        Format.BMP: "BMP",
    }
)

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


@contextmanager
def translated() -> Iterator[None]:
    """Turn what a decoder raises into `corrupt`, or `too_large_unpacked` where memory ends."""
    try:
        yield
    except MemoryError as error:
        raise Rejected(Code.TOO_LARGE_UNPACKED) from error
    except DAMAGE as error:
        raise Rejected(Code.CORRUPT) from error


def open_picture(clean: bytes, found: Format, size: Size) -> Image.Image:
    """Decode one picture with exactly one plugin.

    Pillow's own pixel cap is process-wide, so it is left at its default; the net behind our
    reading of the header is that Pillow must read the same size from it before it decodes.

    Parameters
    ----------
    clean : bytes
        As `Layout.clean` has it.
    found : Format
        By content.
    size : Size
        As the header declares it, and checked.

    Raises
    ------
    Rejected
        `corrupt`, `too_large_unpacked`.
    """
    with translated():
        picture = Image.open(io.BytesIO(clean), formats=[PLUGINS[found]])
        if picture.size != (size.width, size.height):
            raise Rejected(Code.CORRUPT)
        picture.load()
    return picture


def open_tiff(written: bytes) -> Image.Image:
    """Decode a TIFF of our own writing, see `structure.segments`.

    Its width counts bytes and not pixels, so Pillow's cap on pixels must not judge it; that is
    why the plugin is called and not `Image.open`.
    """
    _silence_libtiff()
    with translated():
        picture = TiffImagePlugin.TiffImageFile(io.BytesIO(written))
        picture.load()
    return picture


@functools.cache
def _silence_libtiff() -> None:
    """Take libtiff's pen away: it writes its complaints to the C library's stderr.

    Redirecting descriptor 2 would swallow what other threads write meanwhile, so libtiff's own
    switch is set instead, once; Pillow has set the one for warnings already and reports errors by
    its return value. Where libtiff is linked so that its symbols cannot be seen, it goes on
    writing to stderr, and nothing else changes.
    """
    try:
        ctypes.CDLL(_imaging.__file__).TIFFSetErrorHandler(None)
    except (OSError, AttributeError):
        return
