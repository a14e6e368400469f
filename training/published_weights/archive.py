"""The NumPy archive that weights are kept in: how it is written, and what identifies it."""

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["fingerprint", "holds", "write_arrays"]


def fingerprint(arrays: Mapping[str, np.ndarray]) -> str:
    """Hash names, shapes, dtypes and values, whatever their order and the archive's bytes.

    Returns
    -------
    str
        SHA-256, in hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def holds(file: Path, arrays_sha256: str) -> bool:
    """Say whether a file is an archive of just these arrays."""
    try:
        with np.load(file, allow_pickle=False) as stored:
            return fingerprint({name: stored[name] for name in stored.files}) == arrays_sha256
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile):
        # A plain .npy has no names: that is the AttributeError.
        return False


def write_arrays(arrays: Mapping[str, np.ndarray], file: Path) -> None:
    """Write an archive, all of it or nothing: a reader never finds half a file.

    Parameters
    ----------
    arrays : mapping of numpy.ndarray
    file : Path
        Its name ends in .npz; what was there is replaced.
    """
    entries: dict[str, Any] = dict(arrays)
    unfinished = file.with_name(f".{file.stem}.unfinished.npz")
    try:
        np.savez(unfinished, **entries)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
