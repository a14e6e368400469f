"""Values of a header, asked one by one, by the keywords of PS3.6."""

import math
import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom.datadict import dictionary_VR, tag_for_keyword

from cxr_app.imaging.dicom.walk import Entry

__all__ = ["Header"]

# VRs of numbers in binary, and how `struct` names them: PS3.5, 6.2.
BINARY: Final[Mapping[str, str]] = MappingProxyType(
    {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}
)
LARGEST: Final = 2**31  # PS3.5, 6.2: an integer string is smaller


class Header:
    """What is absent or unusable is None or empty; nothing here raises or warns.

    Parameters
    ----------
    data : bytes
        The whole file.
    values : mapping of int to Entry
        Where values stand in it, by tag.
    """

    def __init__(self, data: bytes, values: Mapping[int, Entry]) -> None:
        self._data = data
        self._values = values

    def __repr__(self) -> str:
        """Show nothing of what is inside."""
        return "Header()"

    def has(self, keyword: str) -> bool:
        """Tell whether an element stands there with a value."""
        entry = self._entry(keyword)
        if entry is None:
            return False
        return entry.item is not None or bool(self._data[entry.value].strip(b" \0"))

    def term(self, keyword: str) -> str:
        """Give the first value of a text, in capitals and without padding."""
        return self._texts(keyword)[0].upper()

    def number(self, keyword: str) -> float | None:
        """Give the first value of a number in text or binary, NaN where it is none."""
        entry = self._entry(keyword)
        if entry is None or (not self.has(keyword) and self._vr(keyword, entry) not in BINARY):
            return None
        kind = BINARY.get(self._vr(keyword, entry))
        if kind is None:
            return _number(self._texts(keyword)[0])
        order = "<" if entry.encoding.is_little else ">"
        try:
            (found,) = struct.unpack_from(order + kind, self._data[entry.value])
        except struct.error:
            return None
        return float(found)

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """Give all values of a number in text, NaN where one is none."""
        return tuple(_number(text) for text in self._texts(keyword))

    def integer(self, keyword: str) -> int | None:
        """Give the first value as a whole number; None also where it is none."""
        found = self.number(keyword)
        return int(found) if found is not None and abs(found) < LARGEST else None

    def words(self, keyword: str) -> NDArray[np.uint16]:
        """Give values of US, SS or OW as 16 bits without a sign.

        Which of the three they are depends on other elements: PS3.5, A.1, note, and PS3.6.

        Returns
        -------
        ndarray, uint16 [n]
        """
        entry = self._entry(keyword)
        if entry is None:
            return np.zeros(0, dtype=np.uint16)
        value = self._data[entry.value]
        order = "<u2" if entry.encoding.is_little else ">u2"
        return np.frombuffer(value, dtype=order, count=len(value) // 2).astype(np.uint16)

    def packed(self, keyword: str) -> NDArray[np.uint8]:
        """Give the bytes of words, the lower one of each first: PS3.3, C.11.1.1.1."""
        return self.words(keyword).astype("<u2").view(np.uint8)

    def first_item(self, keyword: str) -> "Header | None":
        """Give the first item of a sequence."""
        entry = self._entry(keyword)
        return None if entry is None or entry.item is None else Header(self._data, entry.item)

    def _entry(self, keyword: str) -> Entry | None:
        tag = tag_for_keyword(keyword)
        return None if tag is None else self._values.get(tag)

    def _vr(self, keyword: str, entry: Entry) -> str:
        if entry.vr in (b"", b"UN"):
            return dictionary_VR(keyword)
        return entry.vr.decode("ascii")

    def _texts(self, keyword: str) -> list[str]:
        """Split a text at its backslashes; the first one is empty where there is none."""
        entry = self._entry(keyword)
        value = b"" if entry is None else self._data[entry.value]
        return [one.strip(" \0") for one in value.decode("latin-1").split("\\")]


def _number(text: str) -> float:
    # Python also reads 1_000, which no decimal string is: PS3.5, 6.2.
    try:
        return math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan
