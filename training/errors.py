"""The training's own codes, and the error that carries them."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Final

from cxr_app.codes import ANSWERS, Answer, Kind
from cxr_app.errors import CxrError

__all__ = ["TRAINING_ANSWERS", "TrainingCode", "TrainingError"]


class TrainingCode(StrEnum):
    """Why nothing is trained or measured; stable for ever once released."""

    RECIPE_INVALID = "recipe_invalid"
    DATA_INVALID = "data_invalid"
    DATA_LEAK = "data_leak"
    DOWNLOAD_FAILED = "download_failed"
    WEIGHTS_CHANGED = "weights_changed"
    WEIGHTS_UNSAFE = "weights_unsafe"


TRAINING_ANSWERS: Final[Mapping[TrainingCode, Answer]] = MappingProxyType(
    {
        TrainingCode.RECIPE_INVALID: Answer(Kind.STOP, "Recipe {file}: {reason}."),
        TrainingCode.DATA_INVALID: Answer(Kind.STOP, "Data {place}: {reason}."),
        TrainingCode.DATA_LEAK: Answer(
            Kind.STOP,
            "Data {place}: {reason}, so a measurement on these films would not be independent. "
            "Correct the lists, or leave these films out.",
        ),
        TrainingCode.DOWNLOAD_FAILED: Answer(
            Kind.STOP,
            "The package {package} could not be downloaded: {reason}.",
        ),
        TrainingCode.WEIGHTS_CHANGED: Answer(
            Kind.STOP,
            "{file} differs from the file that was published, so it was not opened. Download it "
            "again, or ask whoever runs the package index.",
        ),
        TrainingCode.WEIGHTS_UNSAFE: Answer(
            Kind.STOP,
            "Weights {file} name {name}, which is no tensor and could run code, so they were not "
            "read. Download them again from where they were published.",
        ),
    }
)


class TrainingError(CxrError):
    """A recipe or its data cannot be used: said before anything long starts; exit status 2."""

    answers: ClassVar[Mapping[Any, Answer]] = {**ANSWERS, **TRAINING_ANSWERS}
