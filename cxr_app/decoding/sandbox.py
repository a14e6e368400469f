"""What a decoder process may still do once it is ready: compute, and talk to its parent."""

import codecs
import contextlib
import io
import os
import resource
from pathlib import Path
from typing import Any, Final

import imagecodecs
from PIL import ExifTags, Image
from pydicom.charset import python_encoding

from cxr_app.imaging.decode import decode
from cxr_app.limits import Limits

__all__ = ["allow_seconds", "confine", "warm_up"]

# Loaded by imagecodecs at their first use, which is too late once no file can be opened.
_CODECS: Final = (
    "avif_decode",
    "bitorder_decode",
    "ccittfax3_decode",
    "ccittfax4_decode",
    "ccittrle_decode",
    "cms_transform",
    "deflate_decode",
    "delta_decode",
    "dicomrle_decode",
    "float24_decode",
    "floatpred_decode",
    "jpeg2k_decode",
    "jpeg8_decode",
    "jpeg_decode",
    "jpegls_decode",
    "ljpeg_decode",
    "lzw_decode",
    "packbits_decode",
    "packints_decode",
    "png_decode",
    "tiff_decode",
    "zlib_decode",
)

_FORMATS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("JPEG", {}),
    ("PNG", {}),
    ("WEBP", {}),
    ("BMP", {}),
    ("AVIF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("TIFF", {"compression": "tiff_adobe_deflate"}),
    ("TIFF", {"compression": "jpeg"}),
)


def warm_up() -> None:
    """Decode a drawn square in each format, so that whatever is loaded at first use is loaded."""
    for name in _CODECS:
        with contextlib.suppress(AttributeError, ImportError):
            getattr(imagecodecs, name)
    for name in python_encoding.values():  # in which a DICOM header may be written
        with contextlib.suppress(LookupError):
            codecs.lookup(name)
    square = Image.linear_gradient("L").convert("RGB")
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    for kind, options in _FORMATS:
        file = io.BytesIO()
        square.save(file, kind, exif=exif, **options)
        decode(file.getvalue(), Limits())


def confine(memory_bytes: int) -> None:
    """Give up everything but computing: memory is capped, and nothing can be opened any more.

    A process that may have no further file descriptor opens no file and no socket, so it reaches
    neither disk nor network. Linux and macOS keep this limit; the one on address space holds on
    Linux alone.

    Parameters
    ----------
    memory_bytes : int
        Address space.
    """
    free = _fill_descriptors()
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_NOFILE, free),
    ):
        # macOS refuses a limit on address space below what is mapped already.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))


def allow_seconds(seconds: int) -> None:
    """End this process by a signal, SIGXCPU, once it has computed for so many seconds more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds + 1, most))


def _fill_descriptors() -> int:
    """Take up every descriptor below the highest open one; the next one is returned.

    The parent hands on its own numbers, so there may be gaps; the limit leaves those free.
    """
    highest = max(int(path.name) for path in Path("/dev/fd").iterdir())
    taken = os.open(os.devnull, os.O_RDONLY)
    while taken <= highest:
        taken = os.dup(taken)
    return taken + 1
