"""Settings from the environment (CXR_*), read once by a shell and passed on."""

import ssl
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from cxr_app.codes import Code
from cxr_app.errors import UsageError
from cxr_app.fetch.rules import FetchRules, parse_proxy
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


def _networks(value: object) -> object:
    """Read ``10.20.0.0/16,fd12::/32``."""
    if not isinstance(value, str):
        return value
    words = [word.strip() for word in value.split(",")]
    try:
        return tuple(ip_network(word) for word in words if word)
    except ValueError:
        raise PydanticCustomError(
            "networks",
            "it must be a list of networks like 10.20.0.0/16,fd12::/32, without host bits",
        ) from None


def _proxy(text: str) -> str:
    try:
        parse_proxy(text)
    except ValueError as error:
        # The value itself is not repeated: it may hold a password.
        raise PydanticCustomError("proxy", "{reason}", {"reason": str(error)}) from None
    return text


def _authorities(path: Path) -> Path:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError:  # ssl.SSLError is one
        raise PydanticCustomError(
            "authorities", "it must be a file of certificates (.pem) that can be read"
        ) from None
    return path


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
    open_to_network : bool
        The page may be served to other computers; whoever reaches its address can use it.
    max_bytes, max_pixels, max_side, min_side, max_unpacked, decode_seconds, worker_memory : int
        See `cxr_app.limits.Limits`.
    url_allow, url_proxy, url_ca_bundle
        See `allow`, `proxy` and `ca_bundle` of `cxr_app.fetch.rules.FetchRules`.
    """

    model_config = SettingsConfigDict(
        env_prefix="CXR_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    model: Path | None = None
    engine: EngineName = EngineName.OPENVINO
    precision: Precision = Precision.F32
    threads: int = Field(default=0, ge=0, le=256)
    open_to_network: bool = False
    max_bytes: int = Field(default=Limits().max_bytes, ge=1024, le=1024 * MIB)
    max_pixels: int = Field(default=Limits().max_pixels, ge=10_000, le=89_000_000)
    max_side: int = Field(default=Limits().max_side, ge=512, le=65_535)
    min_side: int = Field(default=Limits().min_side, ge=8, le=512)
    max_unpacked: int = Field(default=Limits().max_unpacked, ge=1024, le=4096 * MIB)
    decode_seconds: int = Field(default=Limits().decode_seconds, ge=1, le=600)
    worker_memory: int = Field(default=Limits().worker_memory, ge=256 * MIB, le=16 * 1024 * MIB)
    url_allow: Annotated[
        tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)
    ] = ()
    url_proxy: Annotated[str, AfterValidator(_proxy)] | None = None
    url_ca_bundle: Annotated[Path, AfterValidator(_authorities)] | None = None

    @property
    def limits(self) -> Limits:
        """The caps on one source."""
        return Limits(
            max_bytes=self.max_bytes,
            max_pixels=self.max_pixels,
            max_side=self.max_side,
            min_side=self.min_side,
            max_unpacked=self.max_unpacked,
            decode_seconds=self.decode_seconds,
            worker_memory=self.worker_memory,
        )

    @property
    def fetch_rules(self) -> FetchRules:
        """What a fetch may do."""
        return FetchRules(allow=self.url_allow, proxy=self.url_proxy, ca_bundle=self.url_ca_bundle)


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
