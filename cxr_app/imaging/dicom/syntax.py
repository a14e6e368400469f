"""Where a DICOM data set begins, and how it is written down."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydicom.config import IGNORE
from pydicom.datadict import dictionary_VR
from pydicom.uid import UID

__all__ = [
    "DEFLATED",
    "EXPLICIT",
    "IMPLICIT",
    "LONG_VRS",
    "NATIVE",
    "VRS",
    "Encoding",
    "Opening",
    "encoding_of",
    "looks_like_dicom",
    "open_file",
    "syntax_name",
]

PREAMBLE: Final = 128
MAGIC: Final = b"DICM"
META_GROUP: Final = 0x0002
FIRST_GROUP: Final = 0x0008  # of a data set without file meta information
MAX_META: Final = 100  # elements of group 0002; the standard knows sixteen
TRANSFER_SYNTAX: Final = 0x00020010
STORAGE_CLASS: Final = 0x00020002
PLAUSIBLE: Final = 3  # elements that must make sense where no magic number says what a file is

IMPLICIT: Final = "1.2.840.10008.1.2"
EXPLICIT: Final = "1.2.840.10008.1.2.1"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
NATIVE: Final = frozenset({IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN})

# PS3.5, 7.1.2: these have two reserved bytes and a length of four.
LONG_VRS: Final = frozenset(
    (b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV")
)
VRS: Final = LONG_VRS | frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split()
)
# Longest values that an opening may have, by its kind; those of PS3.5, 6.2, many values deep.
LONGEST: Final = MappingProxyType({"UL": 4, "UI": 64, "OB": 16, "SH": 16, "AE": 16, "CS": 256})


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the elements of a data set are written: PS3.5, 7.1 and 7.3."""

    is_implicit: bool = False
    is_little: bool = True


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first bytes of a file say.

    Attributes
    ----------
    start : int
        Where the data set begins, after any file meta information.
    syntax : str
        UID of the transfer syntax; the one that fits where none is stated.
    storage : str
        Media Storage SOP Class UID; empty where not stated.
    """

    start: int
    syntax: str
    storage: str = ""


def looks_like_dicom(data: bytes) -> bool:
    """Tell DICOM from anything else.

    PS3.10, 7.1: 128 bytes of anything, then DICM. Files that begin with their data set are read,
    too, where their first elements are ones that the standard knows, in rising order, with the
    kinds and lengths that it gives them.
    """
    if data[PREAMBLE : PREAMBLE + 4] == MAGIC:
        return True
    place, last = 0, -1
    for _ in range(PLAUSIBLE):
        tag = _tag(data, place)
        is_first = tag >> 16 in (META_GROUP, FIRST_GROUP)
        if tag <= last or (last < 0 and not is_first):
            return False
        size = _plausible_size(data, place, tag)
        if size < 0:
            return False
        place, last = place + size, tag
    return True


def _plausible_size(data: bytes, place: int, tag: int) -> int:
    """Bytes that a known element takes, or -1 where this is not one."""
    try:
        kind = dictionary_VR(tag) if tag & 0xFFFF else "UL"  # the length of a group
    except KeyError:
        return -1
    if data[place + 4 : place + 6] == kind.encode():
        is_long = kind.encode() in LONG_VRS
        head = 12 if is_long else 8
        field = data[place + 8 : place + 12] if is_long else data[place + 6 : place + 8]
    else:
        head, field = 8, data[place + 4 : place + 8]
    length = int.from_bytes(field, "little")
    is_whole = place + head + length <= len(data)
    return head + length if is_whole and length <= LONGEST.get(kind, 64) else -1


def open_file(data: bytes) -> Opening:
    """Read what stands before the data set; the bytes must look like DICOM.

    PS3.10, 7.1: group 0002 is explicit, little endian; writers that got this wrong are read.
    """
    place = PREAMBLE + 4 if data[PREAMBLE : PREAMBLE + 4] == MAGIC else 0
    syntax = storage = ""
    for _ in range(MAX_META):
        tag = _tag(data, place)
        if place + 8 > len(data) or tag >> 16 != META_GROUP:
            break
        head, length = _head(data, place)
        value = data[place + head : place + head + length]
        if tag == TRANSFER_SYNTAX:
            syntax = value.decode("ascii", "replace").strip(" \0")
        elif tag == STORAGE_CLASS:
            storage = value.decode("ascii", "replace").strip(" \0")
        place += head + length
    return Opening(start=place, syntax=syntax or _guess(data, place), storage=storage)


def _head(data: bytes, place: int) -> tuple[int, int]:
    kind = data[place + 4 : place + 6]
    if kind in LONG_VRS:
        return 12, int.from_bytes(data[place + 8 : place + 12], "little")
    if kind in VRS:
        return 8, int.from_bytes(data[place + 6 : place + 8], "little")
    return 8, int.from_bytes(data[place + 4 : place + 8], "little")


def _guess(data: bytes, place: int) -> str:
    return EXPLICIT if data[place + 4 : place + 6] in VRS else IMPLICIT


def encoding_of(syntax: str, data: bytes, start: int) -> Encoding:
    """Tell how a data set is written; PS3.5, A.4: compressed ones are explicit, little endian.

    Writers that state the one of the two little-endian ways and use the other are read.
    """
    if syntax == BIG_ENDIAN:
        return Encoding(is_little=False)
    return Encoding(is_implicit=data[start + 4 : start + 6] not in VRS)


def syntax_name(syntax: str) -> str:
    """Name a transfer syntax as PS3.6 registers it; a private one is unknown."""
    uid = UID(syntax, validation_mode=IGNORE)
    return uid.name if uid.type == "Transfer Syntax" else "unknown"


def _tag(data: bytes, place: int) -> int:
    group = int.from_bytes(data[place : place + 2], "little")
    element = int.from_bytes(data[place + 2 : place + 4], "little")
    return group << 16 | element
