"""The names that a recipe may use; tests hold the registries that build them to these lists."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cxr_app.spec import Task

__all__ = [
    "BACKBONE_NAMES",
    "FINDINGS",
    "FINER_NAMES",
    "HEAD_NAMES",
    "LOSS_NAMES",
    "MEAN_HEADS",
    "OPTIMIZER_NAMES",
    "SAMPLER_NAMES",
    "SCHEDULE_NAMES",
    "SOURCE_TASKS",
    "VGG16_HEAD",
]

BACKBONE_NAMES: Final = (
    "densenet121",
    "densenet169",
    "resnet50",
    "resnet50v2",
    "vgg16",
    "efficientnetv2b0",
    "efficientnet-lite0",
    "efficientnet-lite1",
    "efficientnet-lite2",
    "mobilenetv2",
)
MEAN_HEADS: Final = ("linear", "dropout", "dense-128", "dense-128-l2")  # pool by the mean
VGG16_HEAD: Final = "vgg16-dense"
# Whose last reduction can be left out.
FINER_NAMES: Final = ("densenet121", "densenet169", "resnet50")
HEAD_NAMES: Final = (*MEAN_HEADS, "log-sum-exp", VGG16_HEAD)
LOSS_NAMES: Final = ("cross-entropy", "focal")
OPTIMIZER_NAMES: Final = ("adamw", "adam", "sgd")
SCHEDULE_NAMES: Final = ("cosine", "constant", "step", "plateau")
SAMPLER_NAMES: Final = ("every-film", "over", "under")

# What an archive's labels mean: two classes that exclude each other, or findings that do not.
SOURCE_TASKS: Final[Mapping[str, Task]] = MappingProxyType(
    {
        "class-folders": Task.BINARY,
        "nih-binary": Task.BINARY,
        "nih-findings": Task.MULTILABEL,
    }
)
# NIH ChestX-ray14's, in its own spelling.
FINDINGS: Final = (
    "Atelectasis",
    "Cardiomegaly",
    "Consolidation",
    "Edema",
    "Effusion",
    "Emphysema",
    "Fibrosis",
    "Hernia",
    "Infiltration",
    "Mass",
    "Nodule",
    "Pleural_Thickening",
    "Pneumonia",
    "Pneumothorax",
)
