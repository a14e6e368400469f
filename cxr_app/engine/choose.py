"""Which engine serves: the one place that knows them all."""

from cxr_app.codes import Code
from cxr_app.engine.base import Engine, ModelFiles, Workload
from cxr_app.errors import UsageError
from cxr_app.settings import EngineName, Precision, Settings

__all__ = ["open_engine"]


def open_engine(
    files: ModelFiles, settings: Settings, workload: Workload = Workload.ONE_FILM
) -> Engine:
    """Start the engine that the settings name; Keras knows one workload only.

    Raises
    ------
    UsageError
        `engine_missing` where its library is not installed; `usage` where it cannot compute in
        the precision asked for.
    BundleError
        Where it cannot serve the bundle.
    """
    try:
        match settings.engine:
            case EngineName.OPENVINO:
                from cxr_app.engine.openvino import OpenVinoEngine

                return OpenVinoEngine(
                    files,
                    precision=settings.precision,
                    threads=settings.threads,
                    workload=workload,
                )
            case EngineName.KERAS:
                from cxr_app.engine.keras import KerasEngine

                if settings.precision is not Precision.F32:
                    reason = "CXR_PRECISION: the engine keras computes in f32 alone"
                    raise UsageError(Code.USAGE, reason=reason)
                return KerasEngine(files)
    except ModuleNotFoundError as error:
        packages = {
            EngineName.OPENVINO: ("requirements-app.txt", EngineName.KERAS),
            EngineName.KERAS: ("requirements.txt", EngineName.OPENVINO),
        }
        package, other = packages[settings.engine]
        raise UsageError(
            Code.ENGINE_MISSING, engine=settings.engine, package=package, other=other
        ) from error
