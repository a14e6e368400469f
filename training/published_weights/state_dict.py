"""A file of PyTorch's `torch.save` to NumPy arrays, without PyTorch and without running code.

A pickle is a program: it names functions and calls them. Here it can name four things, each of
which stands for a value that does nothing, so all that a file can do is describe tensors.

References
----------
`torch/serialization.py`, `_legacy_save`: the format before version 1.6, which is not a ZIP file.
Five pickles (a magic number, the version, what the machine was like, the object, the keys of its
storages), then each storage: its number of items as int64, and the items.
"""

import io
import math
import pickle
import pickletools
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from training.errors import TrainingCode, TrainingError

__all__ = ["MAGIC", "VERSION", "read_state_dict"]

MAGIC: Final = 0x1950A86A20F9469CFC6C
VERSION: Final = 1001
COUNT_BYTES: Final = 8  # an int64 before each storage
# All that `torch.save` writes of a state dict, with pickle's protocol 2.
OPCODES: Final = frozenset(
    (
        *("PROTO", "STOP", "MARK", "NONE", "NEWTRUE", "NEWFALSE", "LONG1"),
        *("BININT", "BININT1", "BININT2", "BINUNICODE"),
        *("EMPTY_DICT", "SETITEM", "SETITEMS", "EMPTY_LIST", "APPEND", "APPENDS"),
        *("EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"),
        *("BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET"),
        *("GLOBAL", "REDUCE", "BUILD", "BINPERSID"),
    )
)

# What the C code of pickle raises on damaged input. Its manual promises only the first; the
# others were met by changing single bytes.
_DAMAGE: Final = (
    pickle.UnpicklingError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """Stands for a class of storages. It cannot be called."""

    dtype: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Storage:
    """A run of items, which follows the pickles."""

    dtype: str
    key: str
    n_items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tensor:
    """A view of a storage; lengths in items."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Rebuild:
    """Stands for PyTorch's function of this name.

    Frozen and with slots: a pickle may also set attributes, and those of a plain function, such as
    its defaults, can be set.
    """

    def __call__(
        self,
        storage: object,
        offset: int,
        shape: tuple[int, ...],
        strides: tuple[int, ...],
        _requires_grad: bool,
        _hooks: object,
        /,
    ) -> _Tensor:
        numbers = (offset, *shape, *strides)
        is_sound = all(type(number) is int and number >= 0 for number in numbers)
        if not isinstance(storage, _Storage) or not is_sound:
            raise ValueError("no tensor")
        return _Tensor(storage=storage, offset=offset, shape=shape, strides=strides)


_NAMES: Final[Mapping[tuple[str, str], Any]] = MappingProxyType(
    {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _Rebuild(),
        ("torch", "FloatStorage"): _Kind("<f4"),
        ("torch", "LongStorage"): _Kind("<i8"),
    }
)


class _Unpickler(pickle.Unpickler):
    """Finds four names, refuses all others, and notes which storages the tensors lie in."""

    def __init__(self, stream: io.BytesIO, *, file: str) -> None:
        super().__init__(stream)
        _check_opcodes(stream)
        self.file = file
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str, /) -> Any:
        found = _NAMES.get((module, name))
        if found is None:
            raise TrainingError(
                TrainingCode.WEIGHTS_UNSAFE, file=self.file, name=f"{module}.{name}"
            )
        return found

    def persistent_load(self, pid: Any) -> _Storage:
        word, kind, key, _device, n_items, view = pid
        is_sound = word == "storage" and isinstance(kind, _Kind) and type(key) is str
        if not is_sound or type(n_items) is not int or n_items < 0 or view is not None:
            raise ValueError("no storage")
        storage = _Storage(dtype=kind.dtype, key=key, n_items=n_items)
        if self.storages.setdefault(key, storage) != storage:
            raise ValueError("one storage of two sizes")
        return storage


def _check_opcodes(stream: io.BytesIO) -> None:
    """Refuse what `torch.save` does not write, and leave the stream where it was."""
    start = stream.tell()
    n_kept = 0
    with warnings.catch_warnings():
        # pickletools decodes an opcode's text before anybody can refuse the opcode.
        warnings.simplefilter("ignore", DeprecationWarning)
        for opcode, argument, _ in pickletools.genops(stream):
            if opcode.name not in OPCODES:
                raise ValueError("another format")
            if opcode.name in ("BINPUT", "LONG_BINPUT"):
                # Values are kept under 0, 1, 2 ...: a single LONG_BINPUT of 2**32 - 1 would have
                # pickle fill a table of 64 GB.
                if argument != n_kept:
                    raise ValueError("a gap among the values that are kept")
                n_kept += 1
    stream.seek(start)


def read_state_dict(content: bytes, *, file: str) -> dict[str, np.ndarray]:
    """Read the tensors of a state dict.

    Parameters
    ----------
    content : bytes
        The whole file.
    file : str
        Its name, for errors.

    Returns
    -------
    dict of numpy.ndarray
        By the names of the state dict, in its order; float32 or int64, C-contiguous, copies.

    Raises
    ------
    TrainingError
        `weights_unsafe` where the file names anything but tensors, so that it could run code;
        `data_invalid` where it is damaged, or of another format.
    """
    stream = io.BytesIO(content)
    try:
        _check_head(stream, file=file)
        unpickler = _Unpickler(stream, file=file)
        tensors = unpickler.load()
        if not isinstance(tensors, OrderedDict):
            raise ValueError("no state dict")
        buffers = _read_storages(stream, content, unpickler.storages, file=file)
        return {name: _view(name, tensor, buffers) for name, tensor in tensors.items()}
    except _DAMAGE as error:
        reason = "is damaged, or no state dict that PyTorch saved before its version 1.6"
        raise TrainingError(TrainingCode.DATA_INVALID, place=file, reason=reason) from error


def _check_head(stream: io.BytesIO, *, file: str) -> None:
    magic, version, machine = (_Unpickler(stream, file=file).load() for _ in range(3))
    if (magic, version, machine["little_endian"]) != (MAGIC, VERSION, True):
        raise ValueError("another format")


def _read_storages(
    stream: io.BytesIO, content: bytes, storages: Mapping[str, _Storage], *, file: str
) -> dict[str, np.ndarray]:
    """Find the items of each storage: no more than the file holds, and no byte is left over."""
    keys = _Unpickler(stream, file=file).load()
    if sorted(keys) != sorted(storages):
        raise ValueError("other storages than the tensors'")
    place = stream.tell()
    buffers = {}
    for key in keys:
        storage = storages[key]
        (stated,) = np.frombuffer(content, "<i8", count=1, offset=place)
        if stated != storage.n_items:
            raise ValueError("a storage of another size")
        place += COUNT_BYTES
        items = np.frombuffer(content, storage.dtype, count=storage.n_items, offset=place)
        buffers[key] = items
        place += items.nbytes
    if place != len(content):
        raise ValueError("something follows the storages")
    return buffers


def _view(name: object, tensor: object, buffers: Mapping[str, np.ndarray]) -> np.ndarray:
    if type(name) is not str or not isinstance(tensor, _Tensor):
        raise TypeError("no named tensor")
    items = buffers[tensor.storage.key]
    # Strides of 0 would make a huge array of one item.
    if math.prod(tensor.shape) > items.size:
        raise ValueError("a tensor is larger than its storage")
    # NumPy refuses a view that leaves the buffer.
    view: np.ndarray = np.ndarray(
        tensor.shape,
        items.dtype,
        buffer=items,
        offset=tensor.offset * items.itemsize,
        strides=[stride * items.itemsize for stride in tensor.strides],
    )
    return view.astype(items.dtype.newbyteorder("="), order="C", copy=True)
