"""The segmentation network as it is served: OpenVINO IR from the app's input to probabilities."""

import tempfile
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from cxr_app.engine.lungs import LUNGS_MODEL, LUNGS_WEIGHTS, LungFinder
from cxr_app.examination.lungs import LUNGS_SIDE
from cxr_app.imaging.to_input import INPUT_SIDE
from cxr_app.patches import import_openvino

__all__ = ["lungs_files"]

TOLERANCE: Final = 1e-4  # of a probability, between Keras and OpenVINO


def lungs_files(network: keras.Model, film: NDArray[np.uint8]) -> dict[str, bytes]:
    """Export the network, and prove it on one film.

    Parameters
    ----------
    network : keras.Model
        From `training.lungs.network.build_unet`, trained.
    film : ndarray, uint8 [512, 512]

    Raises
    ------
    RuntimeError
        Where OpenVINO and Keras disagree: a bug, never a user's mistake.
    """
    served = _served(network)
    with tempfile.TemporaryDirectory() as place:
        exported, written = Path(place, "export.xml"), Path(place, "lungs.xml")
        openvino = import_openvino()
        served.export(str(exported), format="openvino", verbose=False)
        graph = openvino.Core().read_model(exported)
        graph.outputs[0].get_tensor().set_names({"lungs"})
        openvino.save_model(graph, written, compress_to_fp16=False)
        files = {name: Path(place, name).read_bytes() for name in (LUNGS_MODEL, LUNGS_WEIGHTS)}
        del graph
    expected = served.predict(film[np.newaxis, :, :, np.newaxis], verbose=0)[0]
    apart = float(np.abs(LungFinder(*files.values()).find(film) - expected).max())
    if not apart <= TOLERANCE:
        raise RuntimeError(f"OpenVINO finds other lungs: probabilities differ by {apart:.2g}")
    return files


def _served(network: keras.Model) -> keras.Model:
    film: Any = keras.Input((INPUT_SIDE, INPUT_SIDE, 1), dtype="uint8", name="film")
    grey = keras.ops.cast(film, "float32")
    reduced = keras.layers.AveragePooling2D(INPUT_SIDE // LUNGS_SIDE)(grey)
    lungs = keras.ops.sigmoid(network(reduced, training=False))
    return keras.Model(film, lungs[..., 0])
