"""The default engine: OpenVINO on the processor, from the bundle's IR."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.engine.base import ModelFiles, Outputs, Workload
from cxr_app.errors import BundleError
from cxr_app.patches import import_openvino
from cxr_app.settings import Precision

__all__ = ["HINTS", "OpenVinoEngine"]

HINTS: Final[Mapping[Workload, str]] = MappingProxyType(
    {Workload.ONE_FILM: "LATENCY", Workload.MANY_FILMS: "THROUGHPUT"}
)


class OpenVinoEngine:
    """A compiled network.

    Parameters
    ----------
    files : ModelFiles
    precision : Precision
        Set explicitly: left alone, OpenVINO computes in bf16 where the processor has it, and one
        film would get two answers on two machines.
    threads : int
        0 lets OpenVINO choose.
    workload : Workload

    Raises
    ------
    BundleError
        `model_changed`, or `model_invalid` where OpenVINO refuses the graph.
    """

    def __init__(
        self,
        files: ModelFiles,
        *,
        precision: Precision,
        threads: int = 0,
        workload: Workload = Workload.ONE_FILM,
    ) -> None:
        openvino = import_openvino()
        self.name = f"openvino {openvino.__version__.split('-')[0]}"
        self.precision = precision.value
        options: dict[str, Any] = {
            "INFERENCE_PRECISION_HINT": precision.value,
            "PERFORMANCE_HINT": HINTS[workload],
        }
        if threads:
            options["INFERENCE_NUM_THREADS"] = threads
        try:
            core = openvino.Core()
            # From memory: these are the bytes that were hashed, whatever the file is by now.
            graph = core.read_model(model=files.read("model.xml"), weights=files.read("model.bin"))
            self._compiled = core.compile_model(graph, "CPU", options)
            self._logits = self._compiled.output("logits")
            self._features = self._compiled.output("features")
        except RuntimeError as error:
            raise BundleError(
                Code.MODEL_INVALID, reason="OpenVINO cannot read model.xml"
            ) from error

    def run(self, inputs: NDArray[np.uint8]) -> Outputs:
        """See `cxr_app.engine.base.Engine.run`."""
        # One request for each call: a compiled network used from two threads at once fails with
        # "Infer Request is busy".
        found = self._compiled.create_infer_request().infer([inputs])
        return Outputs(
            logits=np.array(found[self._logits], np.float32),
            features=np.array(found[self._features], np.float32),
        )
