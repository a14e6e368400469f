"""The bundle's segmentation network, which finds the lungs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.engine.base import ModelFiles, Workload
from cxr_app.engine.openvino import HINTS
from cxr_app.errors import BundleError
from cxr_app.patches import import_openvino

__all__ = ["LUNGS_MODEL", "LUNGS_WEIGHTS", "LungFinder", "open_lungs"]

LUNGS_MODEL = "lungs.xml"
LUNGS_WEIGHTS = "lungs.bin"


class LungFinder:
    """The small network, compiled: always in OpenVINO and in f32, whatever classifies.

    Parameters
    ----------
    model, weights : bytes
        `lungs.xml` and `lungs.bin`.
    threads : int
        0 lets OpenVINO choose.
    workload : Workload

    Raises
    ------
    BundleError
        `model_invalid` where OpenVINO refuses the graph.
    """

    def __init__(
        self,
        model: bytes,
        weights: bytes,
        *,
        threads: int = 0,
        workload: Workload = Workload.ONE_FILM,
    ) -> None:
        options: dict[str, Any] = {
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": HINTS[workload],
        }
        if threads:
            options["INFERENCE_NUM_THREADS"] = threads
        try:
            core = import_openvino().Core()
            graph = core.read_model(model=model, weights=weights)
            self._compiled = core.compile_model(graph, "CPU", options)
            self._lungs = self._compiled.output("lungs")
        except RuntimeError as error:
            raise BundleError(
                Code.MODEL_INVALID, reason=f"OpenVINO cannot read {LUNGS_MODEL}"
            ) from error

    def find(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Find the lungs in a film; may be called from several threads at once.

        Parameters
        ----------
        grey : ndarray, uint8 [512, 512]

        Returns
        -------
        ndarray, float32 [128, 128]
            Probability of "lung", 0..1.
        """
        found = self._compiled.create_infer_request().infer([grey[np.newaxis, :, :, np.newaxis]])
        return np.array(found[self._lungs][0], np.float32)


def open_lungs(
    files: ModelFiles, *, threads: int = 0, workload: Workload = Workload.ONE_FILM
) -> LungFinder | None:
    """Compile a bundle's network that finds the lungs; None where it has none.

    Raises
    ------
    BundleError
        `model_changed`, `model_invalid`.
    """
    if LUNGS_MODEL not in files.names:
        return None
    return LungFinder(
        files.read(LUNGS_MODEL), files.read(LUNGS_WEIGHTS), threads=threads, workload=workload
    )
