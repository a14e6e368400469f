"""Networks: the backbones, each with the scaling that it was made for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import keras

from training.networks.efficientnet_lite import (
    LITE0,
    LITE1,
    LITE2,
    LiteSize,
    efficientnet_lite,
)

__all__ = ["BACKBONES", "Backbone", "Scaling"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """From grey levels 0..255 in three equal channels to what the backbone was made for.

    Attributes
    ----------
    mean, std : tuple of float
        Per channel, in grey levels: ``(x - mean) / std``.
    source : str
        Where the numbers come from.
    """

    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    source: str


LITE: Final = Scaling(
    mean=(127.0, 127.0, 127.0),
    std=(128.0, 128.0, 128.0),
    source="MEAN_RGB 127 and STDDEV_RGB 128 of the released EfficientNet-Lite",
)
# The mean and spread of ImageNet's pictures, 0.485 .. and 0.229 .. of the full range.
TORCH: Final = Scaling(
    mean=(123.675, 116.28, 103.53),
    std=(58.395, 57.12, 57.375),
    source="keras.applications.densenet, mode 'torch'; efficientnet_v2 has the same for B0",
)
# Blue, green, red minus their means, no division. A grey film has three equal channels, so the
# order of the channels is the order of the means.
CAFFE: Final = Scaling(
    mean=(103.939, 116.779, 123.68),
    std=(1.0, 1.0, 1.0),
    source="keras.applications.resnet and vgg16, mode 'caffe'",
)
# From -1 to 1.
BOTH_SIDES: Final = Scaling(
    mean=(127.5, 127.5, 127.5),
    std=(127.5, 127.5, 127.5),
    source="keras.applications.resnet_v2 and mobilenet_v2, mode 'tf'",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backbone:
    """A feature extractor and what its users must know of it.

    Attributes
    ----------
    name : str
        As recipes name it.
    build : callable (tensor, weights) -> tensor
        Keras tensors: (batch, size, size, 3) float32, scaled, to
        (batch, size / stride, size / stride, channels) float32. `weights` is "imagenet" or None.
    channels : int
        Width of the last map: a linear head has (channels + 1) * classes weights.
    stride : int
        Input pixels per cell of the last map.
    last_block : str
        First layer of its last block.
    last_reduction : tuple of str
        Layers that halve the map for the last time.
    scaling : Scaling
        Part of the exported graph, never of a caller.
    source : str
        The paper.
    """

    name: str
    build: Callable[[Any, str | None], Any]
    channels: int
    stride: int
    last_block: str
    last_reduction: tuple[str, ...] = ()
    scaling: Scaling
    source: str


Application = Callable[..., keras.Model]


def _from_keras(application: Application, **options: Any) -> Callable[[Any, str | None], Any]:
    """Take a network of Keras Applications without its head."""

    def build(scaled: Any, weights: str | None) -> Any:
        return application(
            include_top=False, weights=weights, input_tensor=scaled, **options
        ).output

    return build


def _lite(size: LiteSize) -> Callable[[Any, str | None], Any]:
    def build(scaled: Any, weights: str | None) -> Any:
        if weights is not None:
            raise LookupError("Keras has no ImageNet weights of it")
        return efficientnet_lite(scaled, size)

    return build


_ALL: Final = (
    Backbone(
        name="densenet121",
        build=_from_keras(keras.applications.DenseNet121),
        channels=1024,
        stride=32,
        last_block="conv5_block1_0_bn",
        last_reduction=("pool4_pool",),
        scaling=TORCH,
        source="Huang et al. 2017, arXiv:1608.06993",
    ),
    Backbone(
        name="densenet169",
        build=_from_keras(keras.applications.DenseNet169),
        channels=1664,
        stride=32,
        last_block="conv5_block1_0_bn",
        last_reduction=("pool4_pool",),
        scaling=TORCH,
        source="Huang et al. 2017, arXiv:1608.06993",
    ),
    Backbone(
        name="resnet50",
        build=_from_keras(keras.applications.ResNet50),
        channels=2048,
        stride=32,
        last_block="conv5_block1_1_conv",
        last_reduction=("conv5_block1_1_conv", "conv5_block1_0_conv"),
        scaling=CAFFE,
        source="He et al. 2015, arXiv:1512.03385",
    ),
    Backbone(
        name="resnet50v2",
        build=_from_keras(keras.applications.ResNet50V2),
        channels=2048,
        stride=32,
        last_block="conv5_block1_preact_bn",
        scaling=BOTH_SIDES,
        source="He et al. 2016, arXiv:1603.05027",
    ),
    Backbone(
        name="vgg16",
        build=_from_keras(keras.applications.VGG16),
        channels=512,
        stride=32,
        last_block="block5_conv1",
        scaling=CAFFE,
        source="Simonyan and Zisserman 2014, arXiv:1409.1556",
    ),
    Backbone(
        name="efficientnetv2b0",
        # Its own scaling, which would divide by 255 inside, is left to `scaling`.
        build=_from_keras(keras.applications.EfficientNetV2B0, include_preprocessing=False),
        channels=1280,
        stride=32,
        last_block="block6a_expand_conv",
        scaling=TORCH,
        source="Tan and Le 2021, arXiv:2104.00298",
    ),
    Backbone(
        name="efficientnet-lite0",
        build=_lite(LITE0),
        channels=1280,
        stride=32,
        last_block="block15_expand_conv",
        scaling=LITE,
        source="Tan and Le 2019, arXiv:1905.11946; the Lite changes of 2020",
    ),
    Backbone(
        name="efficientnet-lite1",
        build=_lite(LITE1),
        channels=1280,
        stride=32,
        last_block="block20_expand_conv",
        scaling=LITE,
        source="Tan and Le 2019, arXiv:1905.11946; the Lite changes of 2020",
    ),
    Backbone(
        name="efficientnet-lite2",
        build=_lite(LITE2),
        channels=1280,
        stride=32,
        last_block="block20_expand_conv",
        scaling=LITE,
        source="Tan and Le 2019, arXiv:1905.11946; the Lite changes of 2020",
    ),
    Backbone(
        name="mobilenetv2",
        build=_from_keras(keras.applications.MobileNetV2),
        channels=1280,
        stride=32,
        last_block="block_16_expand",
        scaling=BOTH_SIDES,
        source="Sandler et al. 2018, arXiv:1801.04381",
    ),
)

BACKBONES: Final[Mapping[str, Backbone]] = MappingProxyType({entry.name: entry for entry in _ALL})
