"""What a decoder process and its parent say to each other: JSON, never pickles, and pixels."""

import base64
import json
import mmap
import os
import tempfile
import zlib
from dataclasses import asdict
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.display import DisplayTransform, Function, Window
from cxr_app.imaging.film import Facts, Film, Format
from cxr_app.imaging.spacing import Spacing, SpacingKind
from cxr_app.imaging.stored import StoredFilm

__all__ = [
    "FILM",
    "STORED",
    "fill",
    "fill_stored",
    "open_memory",
    "read",
    "read_request",
    "read_stored",
    "refusal",
    "request",
]

FILM: Final = b"F"  # before a file's bytes: what is wanted of it
STORED: Final = b"S"
_TYPES: Final = frozenset({"uint8", "uint16", "int8", "int16"})


def request(wish: bytes, n_bytes: int) -> bytes:
    """Say what is wanted of a file whose bytes are in shared memory."""
    return wish + n_bytes.to_bytes(8, "little")


def read_request(told: bytes, memory: mmap.mmap) -> tuple[bytes, bytes]:
    """Return what is wanted, and the file's bytes."""
    return told[:1], memory[: int.from_bytes(told[1:], "little")]


def open_memory(n_bytes: int) -> int:
    """Make memory that a child process can share; it takes room only where it was written to.

    Returns
    -------
    int
        A file descriptor.
    """
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("film")
    else:  # macOS
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.ftruncate(fd, n_bytes)
    return fd


def fill(memory: mmap.mmap, film: Film) -> bytes:
    """Put a film's pixels into shared memory, and return what else is to say of it."""
    height, width = film.pixels.shape
    np.frombuffer(memory, np.uint8, height * width).reshape(height, width)[:] = film.pixels
    facts = asdict(film.facts)
    return json.dumps({"depth": film.depth, "facts": facts, "warnings": film.warnings}).encode()


def fill_stored(memory: mmap.mmap, film: StoredFilm) -> bytes:
    """Put a film's stored values into shared memory, and return what else is to say of them."""
    values = film.values
    np.frombuffer(memory, values.dtype, values.size).reshape(values.shape)[:] = values
    greys = base64.b64encode(zlib.compress(film.greys.tobytes(), level=1)).decode("ascii")
    return json.dumps(
        {
            "shape": values.shape,
            "type": str(values.dtype),
            "transform": asdict(film.transform),
            "greys": greys,
            "windows": [asdict(window) for window in film.windows],
            "spacing": None if film.spacing is None else asdict(film.spacing),
        }
    ).encode()


def refusal(error: Rejected) -> bytes:
    """Say why there is no film."""
    return json.dumps({"code": error.code, "figures": error.figures}).encode()


def read(reply: bytes, memory: mmap.mmap) -> Film:
    """Read a reply, whose pixels lie in shared memory, as one reads a stranger's file.

    Raises
    ------
    Rejected
        What the process answered.
    ValueError, TypeError, KeyError
        For a reply that no decoder gives.
    """
    told = _told(reply)
    facts = Facts(**{**told["facts"], "format": Format(told["facts"]["format"])})
    pixels = np.frombuffer(memory, np.uint8, facts.height * facts.width)
    return Film(
        pixels=pixels.reshape(facts.height, facts.width).copy(),
        depth=16 if told["depth"] == 16 else 8,
        facts=facts,
        warnings=tuple(Code(code) for code in told["warnings"]),
    )


def read_stored(reply: bytes, memory: mmap.mmap) -> StoredFilm:
    """Read a reply about stored values, see `read`."""
    told = _told(reply)
    if told["type"] not in _TYPES:
        raise ValueError("stored values of no known type")
    height, width = told["shape"]
    stated = told["transform"]
    function = Function(stated.pop("window_function"))
    padding = stated.pop("padding")
    transform = DisplayTransform(
        **stated, window_function=function, padding=tuple(padding) if padding else None
    )
    values = np.frombuffer(memory, told["type"], height * width).reshape(height, width).copy()
    return StoredFilm(
        values=values,
        transform=transform,
        greys=_greys(told["greys"], 2 ** (8 * values.itemsize)),
        windows=tuple(_window(one) for one in told["windows"]),
        spacing=_spacing(told["spacing"]),
    )


def _greys(packed: str, size: int) -> NDArray[np.uint8]:
    inflater = zlib.decompressobj()
    try:
        found = inflater.decompress(base64.b64decode(packed), size + 1)
    except zlib.error as error:
        raise ValueError("greys that cannot be unpacked") from error
    if len(found) != size:
        raise ValueError("greys of another type than the values")
    return np.frombuffer(found, np.uint8).copy()


def _window(told: dict[str, Any]) -> Window:
    return Window(**{**told, "function": Function(told["function"])})


def _spacing(told: dict[str, Any] | None) -> Spacing | None:
    return None if told is None else Spacing(**{**told, "kind": SpacingKind(told["kind"])})


def _told(reply: bytes) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(reply)
    if "code" in told:
        raise Rejected(Code(told["code"]), **told["figures"])
    return told
