"""Values of a header, asked one by one: pydicom reads them, and nothing it says is passed on."""

import io
import logging
import math
import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom import config
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.syntax import Encoding

__all__ = ["FAULTS", "Header", "quiet", "read_header"]

# It quotes values, names among them, in what it writes to the log.
logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)

# What pydicom raises on values that are not what their VR promises.
FAULTS: Final = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
    OSError,
    EOFError,
    struct.error,
)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep pydicom from judging values and from warning of them, for as long as it reads."""
    with warnings.catch_warnings(), config.disable_value_validation():
        warnings.simplefilter("ignore")
        yield


def read_header(data: bytes, encoding: Encoding) -> Dataset:
    """Read a data set without pixels, whose structure has been walked.

    Raises
    ------
    Rejected
        `corrupt`.
    """
    with quiet():
        try:
            return read_dataset(io.BytesIO(data), encoding.is_implicit, encoding.is_little)
        except FAULTS:
            raise Rejected(Code.CORRUPT) from None


class Header:
    """A data set whose values are asked by keyword; what is absent or unusable is None or empty.

    Parameters
    ----------
    dataset : Dataset
    encoding : Encoding
    """

    def __init__(self, dataset: Dataset, encoding: Encoding) -> None:
        self._dataset = dataset
        self._encoding = encoding

    def __repr__(self) -> str:
        """Show nothing of what is inside."""
        return "Header()"

    def has(self, keyword: str) -> bool:
        """Tell whether an element stands there with a value."""
        return self._value(keyword) not in (None, "", b"")

    def term(self, keyword: str) -> str:
        """Give the first value of a text, in capitals and without padding."""
        found = self._first(keyword)
        return str(found).strip(" \0").upper() if isinstance(found, str) else ""

    def number(self, keyword: str) -> float | None:
        """Give the first value of a decimal string or number, NaN where it is none."""
        found = self._first(keyword)
        if found is None or found == "":
            return None
        try:
            return float(found)
        except FAULTS:
            return math.nan

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """Give all values as numbers; none at all where one is no number."""
        value = self._value(keyword)
        several = value if _is_list(value) else (value,)
        try:
            return tuple(float(one) for one in several)
        except FAULTS:
            return ()

    def integer(self, keyword: str) -> int | None:
        """Give the first value as a whole number; None also where it is none."""
        found = self.number(keyword)
        return int(found) if found is not None and math.isfinite(found) else None

    def words(self, keyword: str) -> NDArray[np.uint16]:
        """Give values of US, SS or OW, which of them often depends, as 16 bits without a sign.

        Returns
        -------
        ndarray, uint16 [n]
            Empty where there are none, and where they have other sizes.
        """
        value = self._value(keyword)
        if isinstance(value, bytes):
            order = "<u2" if self._encoding.is_little else ">u2"
            whole = value[: len(value) // 2 * 2]
            return np.frombuffer(whole, dtype=order).astype(np.uint16)
        several = list(value) if _is_list(value) else [value]
        if not all(isinstance(one, int) and -(2**15) <= one < 2**16 for one in several):
            return np.zeros(0, dtype=np.uint16)
        return (np.array(several, dtype=np.int64) & 0xFFFF).astype(np.uint16)

    def packed(self, keyword: str) -> NDArray[np.uint8]:
        """Give the bytes of words, the lower one of each first: PS3.3, C.11.1.1.1."""
        return self.words(keyword).astype("<u2").view(np.uint8)

    def first_item(self, keyword: str) -> "Header | None":
        """Give the first item of a sequence."""
        value = self._value(keyword)
        if not _is_list(value) or not len(value) or not isinstance(value[0], Dataset):
            return None
        return Header(value[0], self._encoding)

    def _value(self, keyword: str) -> Any:
        with quiet():
            try:
                return self._dataset.get(keyword)
            except FAULTS:
                return math.nan

    def _first(self, keyword: str) -> Any:
        value = self._value(keyword)
        if not _is_list(value):
            return value
        return value[0] if len(value) else None


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)
