"""EfficientNet-Lite, which Keras Applications lacks; layers bear the names of its weights."""

from dataclasses import dataclass
from typing import Any, Final

import keras

__all__ = ["LITE0", "LITE1", "LITE2", "LiteSize", "efficientnet_lite"]

# Kernel, stride of the first block, expansion of each stage: Tan and Le 2019 (table 1), with the
# Lite changes: no squeeze-and-excite, ReLU6, stem and head not widened, first and last stage not
# repeated more often.
STAGES: Final = ((3, 1, 1), (3, 2, 6), (5, 2, 6), (3, 2, 6), (5, 1, 6), (5, 2, 6), (3, 1, 6))
STEM_CHANNELS: Final = 32
HEAD_CHANNELS: Final = 1280
EPSILON: Final = 1e-3  # of batch-norm, as the released weights were trained


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteSize:
    """What the members of the family differ in.

    Attributes
    ----------
    channels, blocks : tuple of int
        Of each of the seven stages.
    """

    channels: tuple[int, ...]
    blocks: tuple[int, ...]


LITE0: Final = LiteSize(channels=(16, 24, 40, 80, 112, 192, 320), blocks=(1, 2, 2, 3, 3, 4, 1))
LITE1: Final = LiteSize(channels=(16, 24, 40, 80, 112, 192, 320), blocks=(1, 3, 3, 4, 4, 5, 1))
LITE2: Final = LiteSize(channels=(16, 24, 48, 88, 120, 208, 352), blocks=(1, 3, 3, 4, 4, 5, 1))


def efficientnet_lite(scaled: Any, size: LiteSize) -> Any:
    """Build the feature extractor.

    Parameters
    ----------
    scaled : Keras tensor
        (batch, pixels, pixels, 3) float32, ``(x - 127) / 128``.
    size : LiteSize

    Returns
    -------
    Keras tensor
        (batch, pixels / 32, pixels / 32, 1280) float32, 0..6.
    """
    maps = keras.layers.Conv2D(
        STEM_CHANNELS, 3, strides=2, padding="same", use_bias=False, name="stem_conv"
    )(scaled)
    maps = _normed(maps, "stem_bn", is_active=True)
    number = 0
    for (kernel, first_stride, expansion), channels, blocks in zip(
        STAGES, size.channels, size.blocks, strict=True
    ):
        for place in range(blocks):
            stride = first_stride if place == 0 else 1
            maps = _block(
                maps,
                f"block{number:02}",
                kernel=kernel,
                stride=stride,
                widths=(expansion, channels),
            )
            number += 1
    maps = keras.layers.Conv2D(HEAD_CHANNELS, 1, use_bias=False, name="head_conv")(maps)
    return _normed(maps, "head_bn", is_active=True)


def _block(maps: Any, name: str, *, kernel: int, stride: int, widths: tuple[int, int]) -> Any:
    expansion, channels = widths
    inputs, before = maps, maps.shape[-1]
    if expansion > 1:
        maps = keras.layers.Conv2D(
            before * expansion, 1, use_bias=False, name=f"{name}_expand_conv"
        )(maps)
        maps = _normed(maps, f"{name}_expand_bn", is_active=True)
    maps = keras.layers.DepthwiseConv2D(
        kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_dw_conv"
    )(maps)
    maps = _normed(maps, f"{name}_dw_bn", is_active=True)
    maps = keras.layers.Conv2D(channels, 1, use_bias=False, name=f"{name}_project_conv")(maps)
    maps = _normed(maps, f"{name}_project_bn", is_active=False)
    if stride == 1 and before == channels:
        maps = keras.layers.Add(name=f"{name}_add")([inputs, maps])
    return maps


def _normed(maps: Any, name: str, *, is_active: bool) -> Any:
    maps = keras.layers.BatchNormalization(epsilon=EPSILON, name=name)(maps)
    if not is_active:
        return maps
    return keras.layers.ReLU(max_value=6.0, name=name.removesuffix("_bn") + "_relu")(maps)
