"""What a decoder process and its parent say to each other: JSON, never pickles, and pixels."""

import json
import mmap
import os
import tempfile
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.film import Facts, Film, Format

__all__ = ["fill", "open_memory", "read", "refusal"]

# Memory that both share: eight-bit pixels as shown, which are all that a run needs.
PIXEL_BYTES: Final = 1


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
    told: dict[str, Any] = json.loads(reply)
    if "code" in told:
        raise Rejected(Code(told["code"]), **told["figures"])
    facts = Facts(**{**told["facts"], "format": Format(told["facts"]["format"])})
    pixels = np.frombuffer(memory, np.uint8, facts.height * facts.width)
    return Film(
        pixels=pixels.reshape(facts.height, facts.width).copy(),
        depth=16 if told["depth"] == 16 else 8,
        facts=facts,
        warnings=tuple(Code(code) for code in told["warnings"]),
    )
