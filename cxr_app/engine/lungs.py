"""An engine that finds the lungs too, by the bundle's segmentation network."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.engine.base import Engine, ModelFiles, Outputs
from cxr_app.errors import BundleError
from cxr_app.patches import import_openvino

__all__ = ["LUNGS_MODEL", "LUNGS_WEIGHTS", "LungsEngine"]

LUNGS_MODEL = "lungs.xml"
LUNGS_WEIGHTS = "lungs.bin"


class LungsEngine:
    """An engine whose outputs say where the lungs are.

    The small network always runs in OpenVINO and in f32, whatever the engine it goes with.

    Parameters
    ----------
    engine : Engine
        Of the classifier.
    files : ModelFiles
    threads : int
        0 lets OpenVINO choose.

    Raises
    ------
    BundleError
        `model_changed`, or `model_invalid` where OpenVINO refuses the graph.
    """

    def __init__(self, engine: Engine, files: ModelFiles, *, threads: int = 0) -> None:
        self.name = engine.name
        self.precision = engine.precision
        self._engine = engine
        options: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
        if threads:
            options["INFERENCE_NUM_THREADS"] = threads
        try:
            core = import_openvino().Core()
            graph = core.read_model(
                model=files.read(LUNGS_MODEL), weights=files.read(LUNGS_WEIGHTS)
            )
            self._compiled = core.compile_model(graph, "CPU", options)
            self._lungs = self._compiled.output("lungs")
        except RuntimeError as error:
            raise BundleError(
                Code.MODEL_INVALID, reason=f"OpenVINO cannot read {LUNGS_MODEL}"
            ) from error

    def run(self, inputs: NDArray[np.uint8]) -> Outputs:
        """See `cxr_app.engine.base.Engine.run`."""
        found = self._compiled.create_infer_request().infer([inputs])
        lungs = np.array(found[self._lungs], np.float32)
        return replace(self._engine.run(inputs), lungs=lungs)
