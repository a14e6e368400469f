"""OpenVINO without its telemetry: importing it must not tell anybody."""

import sys
from typing import Any

__all__ = ["import_openvino"]


def import_openvino() -> Any:
    """Import OpenVINO with its usage reporting made unavailable.

    Left alone, ``import openvino`` writes a client number into the home folder and reports the
    import to an analytics server, unless a person has opted out by hand. OpenVINO does without the
    reporting package where it is not installed, so it is made to look absent.

    Returns
    -------
    module
        `openvino`.

    Raises
    ------
    ModuleNotFoundError
        Where OpenVINO is not installed.
    """
    # None in sys.modules is Python's own way to make an import fail.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino
