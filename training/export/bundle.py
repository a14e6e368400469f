"""Run to bundle: written beside its place, proven with both engines, then renamed into it."""

import hashlib
import io
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

from cxr_app.bundle import Bundle, open_bundle
from cxr_app.engine.base import Engine
from cxr_app.engine.keras import KerasEngine
from cxr_app.engine.openvino import OpenVinoEngine
from cxr_app.heatmap import POOLINGS
from cxr_app.patches import import_openvino
from cxr_app.settings import Precision
from cxr_app.spec import Spec, spec_bytes
from training.networks.heads import SHARPNESS
from training.output_paths import check_room, put

__all__ = [
    "MODEL_FILES",
    "ExportNotProven",
    "aside_of",
    "bring_back",
    "bundle_bytes",
    "export",
    "write_ir",
]

MODEL_FILES: Final = ("model.xml", "model.bin", "model.keras")
HEAD_FILE: Final = "head.npz"  # of heads that pool
TOLERANCE: Final = 1e-4  # of a logit between engines; of the largest one where that is above 1


class ExportNotProven(RuntimeError):
    """The exported graph does not answer as the trained network: a bug, never a user's mistake."""


def export(
    served: keras.Model,
    spec: Spec,
    *,
    films: NDArray[np.uint8],
    target: Path,
    report: Callable[[Bundle], None],
    parts: Mapping[str, bytes] = MappingProxyType({}),
) -> Bundle:
    """Write a bundle and its report beside its place, prove it, and rename it into its place.

    A killed export leaves the old bundle whole: in its place, or, where the kill falls between two
    renames, beside it under its name with `.` before and `.old` behind, from where the next export
    brings it back.

    Parameters
    ----------
    served : keras.Model
        From `training.networks.graphs.build_served`, with its final weights.
    spec : Spec
        Complete but for `files`.
    films : ndarray, uint8 [N, 512, 512, 1]
        At least two, on which the export is proven.
    target : Path
        The bundle's folder; replaced if it is there.
    report : callable (Bundle) -> None
        Writes `report/` of the proven bundle.
    parts : mapping of str to bytes
        Further files of the model by name.

    Raises
    ------
    ExportNotProven
        Where an engine's answers differ from `served.predict`.
    TrainingError
        `output_failed` where the disk has no room for it; nothing is touched.
    """
    check_room(target, n_bytes=bundle_bytes(served.count_params()))
    target.parent.mkdir(parents=True, exist_ok=True)
    bring_back(target)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        folder.chmod(0o755)
        write_ir(served, folder)
        served.save(folder / "model.keras")
        names = list(MODEL_FILES)
        if spec.network.pooling in POOLINGS:
            (folder / HEAD_FILE).write_bytes(_head_bytes(served, spec.network.pooling))
            names.append(HEAD_FILE)
        for name, data in parts.items():
            (folder / name).write_bytes(data)
            names.append(name)
        hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
        (folder / "spec.json").write_bytes(spec_bytes(replace(spec, files=hashes)))
        bundle = open_bundle(folder)
        _prove(bundle, served, films)
        report(bundle)
        put(folder, target, aside=aside_of(target))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return open_bundle(target)


def bundle_bytes(parameters: int) -> int:
    """Say what a bundle takes while it is written: float32 for each of two engines, one twice."""
    return 3 * 4 * parameters


def write_ir(served: keras.Model, folder: Path) -> None:
    """Write `model.xml` and `model.bin`: OpenVINO IR, float32, outputs named."""
    openvino = import_openvino()  # before Keras does
    exported = folder / "export.xml"
    served.export(str(exported), format="openvino", verbose=False)
    graph = openvino.Core().read_model(exported)
    # Keras names its outputs Identity:0 and so on, in the order of the sorted dictionary keys.
    # The ranks tell them apart, and the export is proven afterwards.
    for port in graph.outputs:
        name = "logits" if len(port.get_partial_shape()) == 2 else "features"
        port.get_tensor().set_names({name})
    openvino.save_model(graph, folder / "model.xml", compress_to_fp16=False)
    del graph
    for leftover in (exported, exported.with_suffix(".bin")):
        leftover.unlink()


def _head_bytes(served: keras.Model, pooling: str) -> bytes:
    """Write `head.npz`: pooling and the dense layers after it, for the closed-form heat map."""
    names = [layer.name for layer in served.layers]
    own = served.layers[names.index("pooled") :]
    layers = [layer for layer in own if isinstance(layer, keras.layers.Dense)]
    activations = [layer.activation.__name__ for layer in layers]
    arrays = {"pooling": np.array(pooling), "activations": np.array(activations)}
    if pooling == "log-sum-exp":
        arrays["sharpness"] = np.array(SHARPNESS)
    for index, layer in enumerate(layers):
        arrays[f"kernel{index}"], arrays[f"bias{index}"] = map(np.asarray, layer.get_weights())
    if layers[-1].units == 1:  # one sigmoid: the logits are 0 and what it says
        for name in (f"kernel{len(layers) - 1}", f"bias{len(layers) - 1}"):
            arrays[name] = np.concatenate([np.zeros_like(arrays[name]), arrays[name]], axis=-1)
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    return packed.getvalue()


def _prove(bundle: Bundle, served: keras.Model, films: NDArray[np.uint8]) -> None:
    """Compare both engines' logits with the network's; where they agree, so do the labels."""
    expected = served.predict(films, batch_size=4, verbose=0)["logits"]
    engines: tuple[Engine, ...] = (
        OpenVinoEngine(bundle, precision=Precision.F32),
        KerasEngine(bundle),
    )
    # Rounding of float32 grows with the largest logit.
    allowed = TOLERANCE * max(1.0, float(np.abs(expected).max()))
    for engine in engines:
        alone = [engine.run(film[np.newaxis]) for film in films]
        found = {
            "one film at a time": np.concatenate([outputs.logits for outputs in alone]),
            "several films": engine.run(films[:4]).logits,
        }
        if bundle.head is not None:
            closed = [bundle.head.logits(outputs.features[0]) for outputs in alone]
            found["features and head.npz"] = np.stack(closed)
        for what, logits in found.items():
            apart = float(np.abs(logits - expected[: len(logits)]).max())
            if not apart <= allowed:
                difference = f"logits differ by {apart:.2g}, allowed is {allowed:.2g}"
                raise ExportNotProven(f"{engine.name}, {what}: {difference}")


def aside_of(target: Path) -> Path:
    """Name where an old bundle waits while a new one takes its place."""
    return target.with_name(f".{target.name}.old")


def bring_back(target: Path) -> None:
    """Undo what a kill between the two renames has left."""
    if aside_of(target).exists() and not target.exists():
        aside_of(target).rename(target)
    shutil.rmtree(aside_of(target), ignore_errors=True)
