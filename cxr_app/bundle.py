"""A bundle on disk: found, verified file by file, and read."""

import hashlib
import io
import json
import re
import stat
import tokenize
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from cxr_app.codes import Code
from cxr_app.errors import BundleError
from cxr_app.examination.examiner import Examiner
from cxr_app.examination.lungs import LUNGS_SIDE
from cxr_app.heatmap import ACTIVATIONS, POOLINGS, Layer, PooledHead
from cxr_app.imaging.to_input import INPUT_SIDE
from cxr_app.settings import read_settings
from cxr_app.spec import (
    FORMATS,
    MAX_SPEC_BYTES,
    NAME_PATTERN,
    InputSpec,
    Spec,
    Task,
    parse_spec,
)

__all__ = ["GATE_FILE", "MODELS", "ORIENTATION_FILE", "Bundle", "load_bundle", "open_bundle"]

MODELS: Final = Path(__file__).resolve().parent.parent / "models"

GATE_FILE: Final = "gate.npz"
ORIENTATION_FILE: Final = "orientation.npz"
MAX_FILE_BYTES: Final = 2**30
MOST_SHARP: Final = 1000.0

# What NumPy and zipfile raise over a file of arrays that is damaged, or made to do harm.
_UNREADABLE: Final = (
    *(ValueError, TypeError, KeyError, OSError, EOFError, MemoryError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError, SyntaxError),
)
_SERVED_INPUT: Final = InputSpec(height=INPUT_SIDE, width=INPUT_SIDE, channels=1, dtype="uint8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A verified model.

    Attributes
    ----------
    folder : Path
    spec : Spec
    sha256 : str
        Of the bytes of `spec.json`, which name the hash of every other file: the model's identity.
    head : PooledHead or None
        For the heat map; None where the head is not a pooled one.
    examiner : Examiner or None
        What knows chest films from others; None in a bundle of format 1.
    """

    folder: Path
    spec: Spec
    sha256: str
    head: PooledHead | None
    examiner: Examiner | None = None

    @property
    def names(self) -> Collection[str]:
        """Of the model's files."""
        return self.spec.files.keys()

    def read(self, name: str) -> bytes:
        """Read a file of the model and make sure that these very bytes are the released ones.

        Raises
        ------
        BundleError
            `model_changed`.
        """
        return _verified(self.folder, name, self.spec.files[name])


def load_bundle(folder: Path | str | None = None) -> Bundle:
    """Load the model that answers.

    Parameters
    ----------
    folder : Path or str, optional
        A bundle's folder. Without it the one that CXR_MODEL names, else the one that
        `models/DEFAULT` names.

    Raises
    ------
    BundleError
        `model_missing`, `model_changed`, `model_invalid`, `model_version` or `model_unsafe`.
    UsageError
        Where a CXR_ setting is wrong.
    """
    chosen = Path(folder) if folder is not None else read_settings().model
    bundle = open_bundle(chosen or _default())
    if bundle.spec.task is not Task.BINARY:
        raise _invalid(f"it answers a {bundle.spec.task} task, and only binary ones are shown")
    if bundle.spec.lungs is not None and bundle.spec.gate is None:
        raise _invalid("its gate was not fitted yet (python -m training gate)")
    return bundle


def open_bundle(folder: Path) -> Bundle:
    """Verify and read a bundle of any task.

    Raises
    ------
    BundleError
        As `load_bundle`.
    """
    try:
        data = _read_plain(folder / "spec.json", most=MAX_SPEC_BYTES)
    except OSError:
        place = folder.name or str(folder)
        raise BundleError(Code.MODEL_MISSING, place=f"no spec.json in {place}") from None
    spec = _spec(data)
    _check_files(folder, spec)
    bundle = Bundle(
        folder=folder,
        spec=spec,
        sha256=hashlib.sha256(data).hexdigest(),
        head=_head(folder, spec),
        examiner=_examiner(folder, spec),
    )
    for name, sha256 in spec.files.items():
        _verified(folder, name, sha256)
    return bundle


def _default() -> Path:
    try:
        name = (MODELS / "DEFAULT").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise BundleError(Code.MODEL_MISSING, place="no file models/DEFAULT") from None
    if not re.fullmatch(NAME_PATTERN, name):
        raise BundleError(Code.MODEL_MISSING, place="models/DEFAULT names no folder beside it")
    return MODELS / name


def _spec(data: bytes) -> Spec:
    try:
        # The format first: a newer one may hold keys that this program cannot know.
        raw = json.loads(data)
        found = raw.get("format") if isinstance(raw, dict) else None
        if isinstance(found, int) and found not in FORMATS:
            raise BundleError(Code.MODEL_VERSION, found=found, known=FORMATS[-1])
        spec = parse_spec(data)
    except (ValueError, RecursionError) as error:
        raise _invalid(f"spec.json: {error}") from error
    if replace(spec.input, standardise=None) != _SERVED_INPUT:
        raise _invalid(f"spec.json: input: must be {INPUT_SIDE} x {INPUT_SIDE} x 1 uint8")
    needed = {"model.xml", "model.bin", "model.keras"}
    if spec.lungs is not None:
        needed |= {"lungs.xml", "lungs.bin"}
    if spec.gate is not None:
        needed |= {GATE_FILE, ORIENTATION_FILE}
    if spec.lungs is not None and spec.lungs.side != LUNGS_SIDE:
        raise _invalid(f"spec.json: lungs.side: must be {LUNGS_SIDE}")
    if not needed <= set(spec.files):
        raise _invalid(f"spec.json: files: lacks {', '.join(sorted(needed - set(spec.files)))}")
    return spec


def _check_files(folder: Path, spec: Spec) -> None:
    """Refuse links, which may lead out of the folder, and files that nobody vouches for."""
    known = {*spec.files, "spec.json", "report"}
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink():
            raise BundleError(Code.MODEL_UNSAFE, file=entry.name)
        if entry.name not in known and not entry.name.startswith("."):
            raise _invalid(f"spec.json does not name the file {entry.name}")


def _verified(folder: Path, name: str, sha256: str) -> bytes:
    try:
        data = _read_plain(folder / name, most=MAX_FILE_BYTES)
    except OSError:
        raise BundleError(Code.MODEL_CHANGED, file=name) from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise BundleError(Code.MODEL_CHANGED, file=name)
    return data


def _read_plain(path: Path, *, most: int) -> bytes:
    """Read a plain file; a link, a pipe or a device is not opened, a huge file not read.

    Raises
    ------
    OSError
        Where there is none.
    BundleError
        `model_unsafe`, `model_invalid`.
    """
    facts = path.lstat()
    if not stat.S_ISREG(facts.st_mode):
        raise BundleError(Code.MODEL_UNSAFE, file=path.name)
    if facts.st_size > most:
        raise _invalid(f"{path.name} is larger than {most // 2**20} MiB")
    return path.read_bytes()


def _head(folder: Path, spec: Spec) -> PooledHead | None:
    if "head.npz" not in spec.files:
        return None
    data = _verified(folder, "head.npz", spec.files["head.npz"])
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            pooling = str(stored["pooling"])
            sharpness = float(stored["sharpness"]) if "sharpness" in stored.files else 1.0
            activations = [str(name) for name in stored["activations"]]
            layers = tuple(
                Layer(
                    kernel=stored[f"kernel{i}"].astype(np.float32),
                    bias=stored[f"bias{i}"].astype(np.float32),
                    activation=activation,
                )
                for i, activation in enumerate(activations)
            )
    except _UNREADABLE as error:
        raise _invalid("head.npz cannot be read") from error
    is_known = pooling in POOLINGS and set(activations) <= set(ACTIVATIONS) and bool(layers)
    is_known = is_known and 0 < sharpness <= MOST_SHARP
    if not is_known or not _is_chain(layers, len(spec.labels)):
        raise _invalid("head.npz does not fit spec.json")
    return PooledHead(layers=layers, pooling=pooling, sharpness=sharpness)


def _examiner(folder: Path, spec: Spec) -> Examiner | None:
    if spec.lungs is None or spec.gate is None:
        return None
    try:
        gate, orientation = (
            _arrays(_verified(folder, name, spec.files[name]))
            for name in (GATE_FILE, ORIENTATION_FILE)
        )
        return Examiner.read(gate, orientation, spec.gate.limits)
    except _UNREADABLE as error:
        raise _invalid("gate.npz and orientation.npz do not fit spec.json") from error


def _arrays(data: bytes) -> Mapping[str, Any]:
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        return dict(stored)


def _is_chain(layers: tuple[Layer, ...], n_labels: int) -> bool:
    widths = [layer.bias.shape for layer in layers]
    inputs = [layer.kernel.shape[:1] for layer in layers[1:]] + [(n_labels,)]
    is_plain = all(
        layer.kernel.ndim == 2 and layer.kernel.shape[1:] == layer.bias.shape for layer in layers
    )
    return is_plain and widths == inputs


def _invalid(reason: str) -> BundleError:
    return BundleError(Code.MODEL_INVALID, reason=reason)
