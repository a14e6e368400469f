"""Settings from the environment (CXR_*), read once by a shell and passed on."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from cxr_app.codes import Code
from cxr_app.errors import UsageError
from cxr_app.limits import MIB, Limits

__all__ = ["EngineName", "Precision", "Settings", "read_settings"]


class EngineName(StrEnum):
    """Runtimes that can serve a bundle."""

    OPENVINO = "openvino"
    KERAS = "keras"


class Precision(StrEnum):
    """Number format the engine computes in."""

    F32 = "f32"
    BF16 = "bf16"


class Settings(BaseSettings):
    """How the program runs; every field is an environment variable, CXR_ and its name in capitals.

    Attributes
    ----------
    model : Path or None
        Folder of the bundle; None takes the one that models/DEFAULT names.
    engine : EngineName
        Runtime.
    precision : Precision
        f32 gives the same answer on every processor; bf16 is faster on some.
    threads : int
        Threads of the engine; 0 lets it choose.
    max_bytes, max_pixels, max_side, min_side, max_unpacked : int
        See `cxr_app.limits.Limits`.
    """

    model_config = SettingsConfigDict(
        env_prefix="CXR_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    model: Path | None = None
    engine: EngineName = EngineName.OPENVINO
    precision: Precision = Precision.F32
    threads: int = Field(default=0, ge=0, le=256)
    max_bytes: int = Field(default=Limits().max_bytes, ge=1024, le=1024 * MIB)
    max_pixels: int = Field(default=Limits().max_pixels, ge=10_000, le=89_000_000)
    max_side: int = Field(default=Limits().max_side, ge=512, le=65_535)
    min_side: int = Field(default=Limits().min_side, ge=8, le=512)
    max_unpacked: int = Field(default=Limits().max_unpacked, ge=1024, le=4096 * MIB)

    @property
    def limits(self) -> Limits:
        """The caps on one source."""
        return Limits(
            max_bytes=self.max_bytes,
            max_pixels=self.max_pixels,
            max_side=self.max_side,
            min_side=self.min_side,
            max_unpacked=self.max_unpacked,
        )


def read_settings() -> Settings:
    """Read the environment.

    Raises
    ------
    UsageError
        `usage`, naming the variable and what it may be.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "CXR_" + str(first["loc"][0]).upper()
        raise UsageError(Code.USAGE, reason=f"{name}: {first['msg'].lower()}") from None
