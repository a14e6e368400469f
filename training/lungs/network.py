"""The segmentation network: a U-Net of some 480,000 parameters."""

from typing import Any, Final

import keras

from cxr_app.examination.lungs import LUNGS_SIDE

__all__ = ["build_unet"]

WIDTHS: Final = (8, 16, 32, 64, 128)


def build_unet() -> keras.Model:
    """Build the network, untrained (Ronneberger et al. 2015, arXiv:1505.04597, made small).

    It standardises each picture itself, so that halved grey values make no difference.

    Returns
    -------
    keras.Model
        From (batch, 128, 128, 1) float32 grey levels to (batch, 128, 128, 1) logits of "lung".
    """
    film = keras.Input((LUNGS_SIDE, LUNGS_SIDE, 1), name="film")
    mean = keras.ops.mean(film, axis=(1, 2, 3), keepdims=True)
    spread = keras.ops.std(film, axis=(1, 2, 3), keepdims=True)
    maps = (film - mean) / (spread + 1.0)
    passed = []
    for width in WIDTHS[:-1]:
        maps = _block(maps, width)
        passed.append(maps)
        maps = keras.layers.MaxPooling2D()(maps)
    maps = _block(maps, WIDTHS[-1])
    for width, skipped in zip(reversed(WIDTHS[:-1]), reversed(passed), strict=True):
        # Not UpSampling2D, which OpenVINO gets as a chain of slow repeats.
        maps = keras.ops.image.resize(maps, skipped.shape[1:3], interpolation="nearest")
        maps = _block(keras.layers.Concatenate()([maps, skipped]), width)
    logits = keras.layers.Conv2D(1, 1, name="lung")(maps)
    return keras.Model(film, logits, name="lungs")


def _block(maps: Any, width: int) -> Any:
    for _ in range(2):
        maps = keras.layers.Conv2D(width, 3, padding="same", use_bias=False)(maps)
        maps = keras.layers.BatchNormalization(momentum=0.9)(maps)
        maps = keras.layers.ReLU()(maps)
    return maps
