"""The structure of a data set: where each element ends, and where its pixels are.

pydicom takes a cut file without a word, descends as deep as a file asks, has no caps, and judges
values by settings and warnings that all threads share. So the walk that finds the ends also notes
where the values stand, and `Header` reads the few that matter.
"""

import struct
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pydicom.datadict import dictionary_VR

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.syntax import LONG_VRS, VRS, Encoding
from cxr_app.limits import MIB

__all__ = ["Entry", "Layout", "walk"]

MAX_NESTING: Final = 16
MAX_ELEMENTS: Final = 20_000
MAX_HEADER: Final = 4 * MIB
PIXEL_DATA: Final = 0x7FE00010
UNDEFINED: Final = 0xFFFFFFFF
ITEM: Final = 0xFFFEE000
ITEM_END: Final = 0xFFFEE00D
SEQUENCE_END: Final = 0xFFFEE0DD
TRAILERS: Final = frozenset((0xFFFAFFFA, 0xFFFCFFFC))  # signatures and padding of the data set
DELIMITERS: Final = 0xFFFE  # their group; they have no VR in any encoding: PS3.5, 7.5


@dataclass(slots=True)
class Entry:
    """Where an element's value stands.

    Attributes
    ----------
    vr : bytes
        As written; empty in an implicit data set.
    value : slice
        Of the file; nothing of a sequence.
    encoding : Encoding
        Of the value.
    item : dict of int to Entry, or None
        The first item of a sequence, by tag.
    """

    vr: bytes
    value: slice
    encoding: Encoding
    item: "dict[int, Entry] | None" = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a file.

    Attributes
    ----------
    header_end : int
        Where the header ends: at Pixel Data, or with the file.
    fragments : tuple of slice
        Values of Pixel Data: one where it is native, else those of its items without the first,
        the Basic Offset Table (PS3.5, A.4). Empty where there is no Pixel Data.
    is_encapsulated : bool
        Pixel Data has items.
    pixel_vr : bytes
        OB, OW or UN; empty in an implicit data set.
    values : dict of int to Entry
        Elements before Pixel Data, by tag.
    """

    header_end: int
    fragments: tuple[slice, ...] = ()
    is_encapsulated: bool = False
    pixel_vr: bytes = b""
    values: dict[int, Entry] = field(default_factory=dict, repr=False)


class _Element(NamedTuple):
    tag: int
    vr: bytes
    value: int  # where it begins
    length: int


class _Level(NamedTuple):
    """A sequence, an item or the data set itself."""

    end: int  # or UNDEFINED: a delimiter ends it
    encoding: Encoding
    holds_items: bool
    values: dict[int, Entry]  # of a sequence: none
    owner: Entry | None = None  # of a sequence or an item


def walk(data: bytes, start: int, encoding: Encoding) -> Layout:
    """Find the ends of all elements up to Pixel Data.

    Signatures and Data Set Trailing Padding behind Pixel Data are walked as well; other bytes
    there are of no account.

    Parameters
    ----------
    data : bytes
        The whole file.
    start : int
        Where the data set begins.
    encoding : Encoding

    Raises
    ------
    Rejected
        `truncated` where the file ends inside an element, `corrupt` where it has no structure,
        `dicom_bad_header` above a cap.
    """
    return _Walk(data, encoding).run(start)


class _Walk:
    def __init__(self, data: bytes, encoding: Encoding) -> None:
        self.data = data
        self.values: dict[int, Entry] = {}
        self.levels = [_Level(len(data), encoding, holds_items=False, values=self.values)]
        self.count = 0

    def run(self, start: int) -> Layout:
        """Walk to Pixel Data, through it, and to the end."""
        place, last = start, -1
        layout = None
        while place < len(self.data) or len(self.levels) > 1:
            level = self.levels[-1]
            if place == level.end:
                self.levels.pop()
                continue
            is_outside = len(self.levels) == 1
            if is_outside and layout is not None and not self._goes_on(place, last):
                break
            element = self._element(place, level)
            if is_outside:
                last = element.tag
            if is_outside and element.tag == PIXEL_DATA:
                if place - start > MAX_HEADER:
                    raise Rejected(Code.DICOM_BAD_HEADER)
                layout, place = self._pixels(element, place)
            else:
                place = self._enter(element, level)
        return layout or Layout(header_end=len(self.data), values=self.values)

    def _goes_on(self, place: int, last: int) -> bool:
        """Tell an element behind the pixels from bytes that somebody appended."""
        if place + 8 > len(self.data):
            return False
        tag = self._tag(place, self.levels[0].encoding)
        return last < tag and tag in TRAILERS

    def _tag(self, place: int, encoding: Encoding) -> int:
        group, element = struct.unpack_from(
            "<HH" if encoding.is_little else ">HH", self.data, place
        )
        return int(group) << 16 | int(element)

    def _element(self, place: int, level: _Level) -> _Element:
        """Read a tag, a VR and a length, all of which must stand before the level's end."""
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise Rejected(Code.DICOM_BAD_HEADER)
        self._check_inside(place + 8, level)
        order = "<" if level.encoding.is_little else ">"
        tag = self._tag(place, level.encoding)
        if level.encoding.is_implicit or tag >> 16 == DELIMITERS:
            vr, value = b"", place + 8
            (length,) = struct.unpack_from(order + "I", self.data, place + 4)
        else:
            vr, value, length = self._explicit(place, order, level)
        if length != UNDEFINED:
            self._check_inside(value + length, level)
        return _Element(tag, vr, value, length)

    def _explicit(self, place: int, order: str, level: _Level) -> tuple[bytes, int, int]:
        vr = self.data[place + 4 : place + 6]
        if vr not in VRS:
            raise Rejected(Code.CORRUPT)
        if vr not in LONG_VRS:
            (length,) = struct.unpack_from(order + "H", self.data, place + 6)
            return vr, place + 8, length
        self._check_inside(place + 12, level)
        (length,) = struct.unpack_from(order + "I", self.data, place + 8)
        return vr, place + 12, length

    def _check_inside(self, end: int, level: _Level) -> None:
        if end > len(self.data):
            raise Rejected(Code.TRUNCATED)
        if end > level.end:
            raise Rejected(Code.CORRUPT)

    def _enter(self, element: _Element, level: _Level) -> int:
        """Give the place of what follows an element: inside it where it holds others."""
        tag, length = element.tag, element.length
        if level.holds_items:
            return self._item(element, level)
        if tag == ITEM_END and level.end == UNDEFINED:
            self.levels.pop()
            return element.value
        if tag >> 16 == DELIMITERS:
            raise Rejected(Code.CORRUPT)
        inner = level.encoding
        end = element.value + length
        is_sequence = self._is_sequence(element, level.encoding)
        if is_sequence and element.vr == b"UN":
            inner = Encoding(is_implicit=True)  # PS3.5, 6.2.2, note 2: whatever stands around it
        value = slice(element.value, element.value if is_sequence else end)
        entry = Entry(element.vr, value, inner)
        level.values.setdefault(tag, entry)
        if not is_sequence:
            return end
        self._descend(element, _Level(0, inner, holds_items=True, values={}, owner=entry))
        return element.value

    def _item(self, element: _Element, level: _Level) -> int:
        if element.tag == SEQUENCE_END and level.end == UNDEFINED:
            self.levels.pop()
        elif element.tag == ITEM:
            inside: dict[int, Entry] = {}
            if level.owner is not None and level.owner.item is None:
                level.owner.item = inside
            self._descend(element, level._replace(holds_items=False, values=inside))
        else:
            raise Rejected(Code.CORRUPT)
        return element.value

    def _descend(self, element: _Element, level: _Level) -> None:
        if len(self.levels) > 2 * MAX_NESTING:  # a sequence and its item are one
            raise Rejected(Code.DICOM_BAD_HEADER)
        is_open = element.length == UNDEFINED
        end = UNDEFINED if is_open else element.value + element.length
        self.levels.append(level._replace(end=end))

    def _is_sequence(self, element: _Element, encoding: Encoding) -> bool:
        if element.length == UNDEFINED or element.vr == b"SQ":
            return True
        if not encoding.is_implicit:
            return False
        try:
            return dictionary_VR(element.tag) == "SQ"
        except KeyError:
            return False

    def _pixels(self, element: _Element, place: int) -> tuple[Layout, int]:
        if element.length != UNDEFINED:
            end = element.value + element.length
            whole = (slice(element.value, end),)
            return self._layout(place, whole, element.vr), end
        items, end = self._fragments(element.value)
        return self._layout(place, tuple(items[1:]), element.vr, is_encapsulated=True), end

    def _layout(
        self, place: int, fragments: tuple[slice, ...], vr: bytes, *, is_encapsulated: bool = False
    ) -> Layout:
        # A copy: what stands behind the pixels is not asked.
        return Layout(place, fragments, is_encapsulated, vr, dict(self.values))

    def _fragments(self, place: int) -> tuple[list[slice], int]:
        level = _Level(len(self.data), self.levels[0].encoding, holds_items=True, values={})
        found: list[slice] = []
        while True:
            item = self._element(place, level)
            if item.tag == SEQUENCE_END:
                return found, item.value
            if item.tag != ITEM or item.length == UNDEFINED:
                raise Rejected(Code.CORRUPT)
            place = item.value + item.length
            found.append(slice(item.value, place))
