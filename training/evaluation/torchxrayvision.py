"""TorchXRayVision as a rival: Cohen et al. 2022, arXiv:2111.00595.

It is an optional package that brings PyTorch with it. What calls it follows its documentation and
its source, and has not been run with the package itself.
"""

import hashlib
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from training.evaluation.rivals import Network

__all__ = ["open_torchxrayvision"]

PACKAGE: Final = "torchxrayvision"
SIDE: Final = 224  # pixels of the films that its networks take


def open_torchxrayvision(name: str) -> Network:
    """Load a network of TorchXRayVision; the package fetches its weights where they are not there.

    Parameters
    ----------
    name : str
        Of weights for films of 224 pixels: densenet121-res224-all.

    Raises
    ------
    TrainingError
        `usage` where the package is not installed, or has no such weights.
    """
    try:
        library, torch = import_module(PACKAGE), import_module("torch")
        its_version = version(PACKAGE)
    except (ModuleNotFoundError, PackageNotFoundError) as error:
        reason = f"a rival needs {PACKAGE} and PyTorch: pip install '{PACKAGE}>=1.5,<2'"
        raise TrainingError(Code.USAGE, reason=reason) from error
    known = [one for one in library.models.model_urls if one.startswith("densenet121-res224-")]
    if name not in known:
        reason = f"{PACKAGE} has no weights '{name}'; it has {', '.join(known)}"
        raise TrainingError(Code.USAGE, reason=reason)
    model = library.models.DenseNet(weights=name)
    crop, resize = library.datasets.XRayCenterCrop(), library.datasets.XRayResizer(SIDE)

    def score(film: NDArray[np.uint8]) -> NDArray[np.float64]:
        # From 0..255 to the package's own range, -1024..1024.
        scaled = library.datasets.normalize(film.astype(np.float32), 255)
        one = resize(crop(scaled[np.newaxis])).astype(np.float32)
        with torch.no_grad():
            return np.asarray(model(torch.from_numpy(one)[None])[0].numpy(), np.float64)

    return Network(
        name=name,
        version=its_version,
        sha256=hashlib.sha256(Path(model.weights_filename_local).read_bytes()).hexdigest(),
        labels=tuple(model.targets),
        score=score,
    )
