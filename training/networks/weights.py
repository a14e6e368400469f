"""First weights of a network: ImageNet's by Keras, a bundle's, a file of one's own, or none."""

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import h5py
import keras
import numpy as np

from cxr_app.bundle import open_bundle
from cxr_app.codes import Code
from training.errors import TrainingCode, TrainingError
from training.networks.loading import load_served

__all__ = ["FirstWeights", "first_weights_of", "start_from"]

_ADVICE: Final = (
    "give --weights FILE.weights.h5, --weights FILE.npz, a bundle's folder, or --weights none"
)


@dataclass(frozen=True, slots=True)
class FirstWeights:
    """Where a network's first weights come from.

    Attributes
    ----------
    source : str
        "imagenet", "none", the folder of a bundle, or a path that ends in .npz or .weights.h5.
    """

    source: str = "imagenet"

    def __post_init__(self) -> None:
        """Refuse what could run code, and what is not there."""
        if self.source in ("imagenet", "none") or self.is_bundle:
            return
        if not self.source.endswith((".npz", ".weights.h5")):
            # A whole model in .h5 or .keras can carry code; weights alone cannot.
            raise _unusable(f"{Path(self.source).name} is neither .weights.h5 nor .npz; {_ADVICE}")
        if not Path(self.source).is_file():
            raise _unusable(f"there is no file {Path(self.source).name}; {_ADVICE}")

    @property
    def is_bundle(self) -> bool:
        """Whether it is the folder of a bundle."""
        return (Path(self.source) / "spec.json").is_file()

    def identity(self) -> str:
        """Tell two sources apart: a file by what it holds, not by its name."""
        if self.source in ("imagenet", "none"):
            return self.source
        if self.is_bundle:
            return open_bundle(Path(self.source)).sha256
        return hashlib.sha256(Path(self.source).read_bytes()).hexdigest()


def first_weights_of(arguments: list[str], candidates: tuple[str, ...]) -> dict[str, FirstWeights]:
    """Read `--weights` arguments: SOURCE for all candidates, or CANDIDATE=SOURCE for one.

    Raises
    ------
    TrainingError
        `usage` for a candidate that the recipe does not have, or a source that is not one.
    """
    chosen = dict.fromkeys(candidates, "imagenet")
    for argument in arguments:
        name, equals, source = argument.partition("=")
        if equals and name in chosen:
            chosen[name] = source
        elif equals and not Path(argument).exists():
            raise _unusable(f"{name} is no candidate of the recipe ({', '.join(candidates)})")
        else:
            chosen = dict.fromkeys(candidates, argument)
    return {name: FirstWeights(source) for name, source in chosen.items()}


def start_from(
    first: FirstWeights,
    build: Callable[[str | None], keras.Model],
    *,
    held: tuple[str, ...] = (),
) -> keras.Model:
    """Build a network with its first weights.

    A file may lack layers of the head, or hold them in another shape: they are trained anew.

    Parameters
    ----------
    first : FirstWeights
    build : callable (weights) -> keras.Model
        `weights` is "imagenet" or None, as Keras Applications take it.
    held : tuple of str
        Layers of the head that a file must have: they will not be trained.

    Raises
    ------
    TrainingError
        `usage` where ImageNet's weights cannot be had; `data_invalid` where a file does not fit.
    BundleError
        Where a bundle does not verify.
    """
    if first.source == "imagenet":
        try:
            return build("imagenet")
        except LookupError as error:
            raise _unusable(
                f"Keras has no ImageNet weights of this network; {_ADVICE}; for EfficientNet-Lite, "
                "python -m training weights makes such a FILE.npz"
            ) from error
        except Exception as error:
            # Keras raises a bare Exception when a download fails, so nothing narrower can be
            # caught around this one call.
            raise _unusable(f"ImageNet weights cannot be downloaded; {_ADVICE}") from error
    network = build(None)
    if first.source != "none":
        path = Path(first.source)
        if first.is_bundle:
            arrays = _from_bundle(path)
        else:
            arrays = _from_npz(path) if path.suffix == ".npz" else _from_h5(path, network)
        _assign(network, arrays, held=held, file=path.name)
    return network


def _from_bundle(folder: Path) -> dict[str, np.ndarray]:
    return {
        f"{layer.name}/{variable.name}": keras.ops.convert_to_numpy(variable)
        for layer in load_served(open_bundle(folder)).layers
        for variable in layer.weights
    }


def _assign(
    network: keras.Model, arrays: dict[str, np.ndarray], *, held: tuple[str, ...], file: str
) -> None:
    names = [layer.name for layer in network.layers]
    head = names[names.index("pooled") :] if "pooled" in names else ["logits"]
    for layer in network.layers:
        for variable in layer.weights:
            key = f"{layer.name}/{variable.name}"
            value = arrays.get(key)
            if value is not None and value.shape == tuple(variable.shape):
                if not np.isfinite(value).all():
                    raise _unfit(file, f"{key} holds values that are not numbers")
                variable.assign(value)
            elif layer.name not in head or layer.name in held:
                found = "is missing" if value is None else f"has shape {value.shape}"
                raise _unfit(file, f"{key} {found}, {tuple(variable.shape)} is needed")


def _from_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise _unfit(path.name, "is no plain NumPy archive") from error


def _from_h5(path: Path, network: keras.Model) -> dict[str, np.ndarray]:
    """Read a `.weights.h5` of Keras without Keras: arrays alone, no links, nothing outside.

    The file numbers a layer's arrays; the network knows what they are called.
    """
    arrays = {}
    try:
        with h5py.File(path, "r") as stored:
            _refuse_tricks(stored, path)
            places = {
                group["vars"].attrs["name"]: group["vars"]
                for group in stored["layers"].values()
                if "name" in group["vars"].attrs
            }
            for layer in network.layers:
                group = places.get(layer.name)
                for index, variable in enumerate(layer.weights):
                    if group is not None and str(index) in group:
                        arrays[f"{layer.name}/{variable.name}"] = np.asarray(group[str(index)])
    except (OSError, KeyError, AttributeError, TypeError, ValueError) as error:
        raise _unfit(path.name, "is no weights file of Keras 3") from error
    return arrays


def _refuse_tricks(group: h5py.Group, path: Path) -> None:
    """Refuse links, data of other files, and arrays that claim more than the file holds."""
    for name in group:
        link = group.get(name, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise TrainingError(Code.MODEL_UNSAFE, file=path.name)
        entry = group[name]
        if isinstance(entry, h5py.Group):
            _refuse_tricks(entry, path)
        elif entry.is_virtual or entry.external or entry.nbytes > path.stat().st_size:
            raise TrainingError(Code.MODEL_UNSAFE, file=path.name)


def _unusable(reason: str) -> TrainingError:
    return TrainingError(Code.USAGE, reason=reason)


def _unfit(file: str, reason: str) -> TrainingError:
    return TrainingError(TrainingCode.DATA_INVALID, place=file, reason=reason)
