"""The reference engine: the bundle's Keras network, slower to start and to answer."""

import io
import json
import threading
import zipfile
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.engine.base import ModelFiles, Outputs
from cxr_app.errors import BundleError
from cxr_app.patches import import_keras

__all__ = ["KerasEngine", "refuse_code"]

MAX_CONFIG_BYTES: Final = 16 * 2**20

# What a network of ours is made of. Safe mode has been passed by more than once, so what it would
# import is looked at first.
_MODULES: Final = (
    "keras.layers",
    "keras.initializers",
    "keras.regularizers",
    "keras.src.ops.",
    "keras.src.models.",
)
_CLASSES_OF_KERAS: Final = frozenset({"DTypePolicy", "Functional", "__keras_tensor__"})


class KerasEngine:
    """A network run by `predict`.

    Raises
    ------
    BundleError
        `model_unsafe` where the file would import anything but Keras' own layers,
        `model_changed`, or `model_invalid` where Keras cannot read it.
    """

    def __init__(self, files: ModelFiles) -> None:
        refuse_code(files.read("model.keras"))
        keras = import_keras()

        self.name = f"keras {keras.__version__} on {keras.backend.backend()}"
        self.precision = "f32"
        self._lock = threading.Lock()
        try:
            self._network = keras.saving.load_model(
                files.folder / "model.keras", compile=False, safe_mode=True
            )
        except (ValueError, TypeError, OSError, KeyError) as error:
            raise BundleError(Code.MODEL_INVALID, reason="Keras cannot read model.keras") from error

    def run(self, inputs: NDArray[np.uint8]) -> Outputs:
        """See `cxr_app.engine.base.Engine.run`."""
        with self._lock:
            # Never ``model(x)``: a layer with training=True by default would change the answer.
            found = self._network.predict(inputs, verbose=0)
        return Outputs(
            logits=np.asarray(found["logits"], np.float32),
            features=np.asarray(found["features"], np.float32),
        )


def refuse_code(data: bytes) -> None:
    """Look into a `.keras` file before Keras does.

    Raises
    ------
    BundleError
        `model_unsafe` where it holds a Lambda, a class that is not Keras' own, or is no such file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = set(parts.namelist())
            if names != {"config.json", "metadata.json", "model.weights.h5"}:
                raise _unsafe()
            if parts.getinfo("config.json").file_size > MAX_CONFIG_BYTES:
                raise _unsafe()
            config = json.loads(parts.read("config.json"))
    except (zipfile.BadZipFile, ValueError, RecursionError, KeyError) as error:
        raise _unsafe() from error
    waiting: list[Any] = [config]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "class_name" in value and not _is_known(value):
                raise _unsafe()
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _is_known(entry: dict[str, Any]) -> bool:
    name, module = entry["class_name"], entry.get("module")
    if name == "Lambda" or entry.get("registered_name") not in (None, name):
        return False
    if module is None or module == "keras":
        return name in _CLASSES_OF_KERAS
    return isinstance(module, str) and module.startswith(_MODULES)


def _unsafe() -> BundleError:
    return BundleError(Code.MODEL_UNSAFE, file="model.keras")
