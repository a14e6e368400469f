"""The network of a finished bundle, to train on with or to learn from."""

import keras

from cxr_app.bundle import Bundle
from cxr_app.engine.keras import refuse_code

__all__ = ["load_served"]


def load_served(bundle: Bundle) -> keras.Model:
    """Load the network that a bundle serves.

    Returns
    -------
    keras.Model
        uint8 (batch, 512, 512, 1) to logits and features.

    Raises
    ------
    BundleError
        `model_changed`, or `model_unsafe` where it holds code.
    """
    refuse_code(bundle.read("model.keras"))
    return keras.saving.load_model(bundle.folder / "model.keras", compile=False, safe_mode=True)
