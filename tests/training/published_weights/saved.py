"""Files as PyTorch before 1.6 saved them, written opcode by opcode, so that they can be wrong."""

import pickle
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.published_weights.state_dict import MAGIC, VERSION

__all__ = ["REBUILD", "Saved", "Tensor", "named", "number", "text"]

REBUILD = "torch._utils _rebuild_tensor_v2"


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """A tensor in a storage of its own."""

    items: np.ndarray
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int = 0
    kind: str = "torch FloatStorage"


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A file: what it would be whole, and where it may be wrong."""

    tensors: dict[str, Tensor]
    magic: int = MAGIC
    version: int = VERSION
    is_little: bool = True
    object: bytes = b""  # instead of the pickle of the state dict
    keys: Sequence[str] | None = None
    stated: int | None = None  # items, instead of each storage's own

    def content(self) -> bytes:
        machine = {"protocol_version": 1001, "little_endian": self.is_little, "type_sizes": {}}
        heads = [pickle.dumps(part, 2) for part in (self.magic, self.version, machine)]
        own = [str(place) for place in range(len(self.tensors))]
        keys = pickle.dumps(own if self.keys is None else list(self.keys), 2)
        return b"".join([*heads, self.object or self._pickled(), keys, *self._storages()])

    def _pickled(self) -> bytes:
        body = b"".join(
            text(name) + _tensor(tensor, str(place))
            for place, (name, tensor) in enumerate(self.tensors.items())
        )
        return b"\x80\x02" + named("collections OrderedDict") + b")R" + b"(" + body + b"u."

    def _storages(self) -> list[bytes]:
        return [
            struct.pack("<q", tensor.items.size if self.stated is None else self.stated)
            + tensor.items.tobytes()
            for tensor in self.tensors.values()
        ]


def _tensor(tensor: Tensor, key: str) -> bytes:
    storage = b"(" + text("storage") + named(tensor.kind) + text(key) + text("cpu")
    storage += number(tensor.items.size) + b"Nt" + b"Q"
    shape, strides = (
        b"(" + b"".join(map(number, them)) + b"t" for them in (tensor.shape, tensor.strides)
    )
    hooks = named("collections OrderedDict") + b")R"
    arguments = storage + number(tensor.offset) + shape + strides + b"\x89" + hooks
    return named(REBUILD) + b"(" + arguments + b"t" + b"R"


def text(words: str) -> bytes:
    """Write a string: opcode X, its length, its letters."""
    return b"X" + struct.pack("<I", len(words.encode())) + words.encode()


def number(value: int) -> bytes:
    """Write an integer of four bytes: opcode J."""
    return b"J" + struct.pack("<i", value)


def named(name: str) -> bytes:
    """Name a function or class: opcode c, its module and its name on a line each."""
    module, _, own = name.partition(" ")
    return f"c{module}\n{own}\n".encode()
