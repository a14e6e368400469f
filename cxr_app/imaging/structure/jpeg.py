"""Structure of JPEG files (ITU-T T.81; JFIF; EXIF; CIPA DC-007 for several pictures)."""

import re
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.orientation import UPRIGHT, read_orientation
from cxr_app.imaging.size import Size
from cxr_app.imaging.structure.layout import Layout, number, slice_of
from cxr_app.imaging.structure.tags import read_directory

__all__ = ["END", "JpegLayout", "read_layout", "read_size"]

END: Final = b"\xff\xd9"
SOF_READ: Final = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)  # sequential, progressive; both arithmetic too
SOF_KNOWN: Final = (0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7)  # lossless and others
PROGRESSIVE: Final = (0xC2, 0xCA)
DHT, DAC, SOI, EOI, SOS, DQT, DNL, DRI, APP0, APP1, APP2, APP14, COM = (
    *(0xC4, 0xCC, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE),
)
TABLES: Final = (DHT, DAC, DQT, DRI)
METADATA: Final = (*range(0xE0, 0xF0), COM)
SCAN_ENDS: Final = (*TABLES, *METADATA, SOS, EOI, DNL)
N_PICTURES: Final = 0xB001  # CIPA DC-007, 5.2.2.2: NumberOfImages
MAX_SCANS: Final = 200  # a progressive film has about ten; 300 cost three seconds for 72 kB
MAX_SEGMENTS: Final = 10_000  # 64 MiB of the longest are a thousand; millions are an attack
MAX_JUNK: Final = 64  # marks that no scan has; more is not a film any more
BLOCK: Final = 2**20  # bytes of a scan looked through at a time
# Without a plus behind the first byte: a file of nothing but 0xFF would cost its length squared.
RESTART: Final = re.compile(rb"\xff[\xd0-\xd7]")
MARKER: Final = re.compile(rb"\xff[^\x00\xff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegLayout(Layout):
    """A JPEG file, and what of it only decoding can settle.

    Attributes
    ----------
    has_end : bool
        The end mark is there.
    is_short : bool
        Scans or restart intervals are missing: with an end in doubt, the film is not whole.
    is_broken : bool
        The last scan was cut at a mark that stops a decoder there.
    """

    has_end: bool
    is_short: bool
    is_broken: bool


@dataclass(slots=True)
class _Walk:
    """What has been seen on the way through the segments."""

    kept: list[bytes] = field(default_factory=lambda: [b"\xff\xd8"])
    frame: bytes = b""
    is_progressive: bool = False
    interval: int = 0
    scans: int = 0
    orientation: int = UPRIGHT
    pictures: int = 1
    is_damaged: bool = False
    is_short: bool = False
    is_broken: bool = False
    has_end: bool = False
    n_to_last_scan: int = 0
    open_bits: dict[tuple[int, int], int] = field(default_factory=dict)


def read_size(data: bytes) -> Size:
    """Read width and height from the frame header."""
    at = 2
    for _ in range(MAX_SEGMENTS):
        marker, at = _next_marker(data, at)
        length = number(data, at, ">H")
        if marker in SOF_READ:
            slice_of(data, at, 8)
            return Size(width=number(data, at + 5, ">H"), height=number(data, at + 3, ">H"))
        # A scan or the end before any frame, or a process that nobody uses for films.
        if marker in (SOS, EOI, *SOF_KNOWN) or length < 2:
            raise Rejected(Code.CORRUPT)
        at += length
    raise Rejected(Code.CORRUPT)


def read_layout(data: bytes) -> JpegLayout:
    """Walk all segments and scans; keep those that make the picture."""
    walk = _Walk()
    at = 2
    for _ in range(MAX_SEGMENTS):
        if walk.scans and not MARKER.search(data, at):
            break  # the file ends after a scan, without its mark
        start = at
        marker, at = _next_marker(data, at)
        walk.is_damaged |= data[start] != 0xFF  # something stands between two segments
        if marker == EOI:
            walk.has_end = True
            break
        length = number(data, at, ">H")
        if length < 2:
            raise Rejected(Code.CORRUPT)
        segment = slice_of(data, at, length)
        at += length
        _take(walk, marker, segment)
        if marker == SOS:
            at = _take_scan(walk, data, at)
    else:
        raise Rejected(Code.CORRUPT)
    if not walk.scans:
        raise Rejected(Code.CORRUPT)
    walk.is_short |= walk.is_progressive and _lacks_bits(walk)
    return _as_layout(walk)


def _as_layout(walk: _Walk) -> JpegLayout:
    warnings = []
    if walk.pictures > 1:
        warnings.append(Code.SEVERAL_PICTURES)
    if walk.is_damaged or walk.is_short or not walk.has_end:
        warnings.append(Code.POSSIBLY_DAMAGED)
    return JpegLayout(
        # Tables behind the last scan serve none, and what is asked later is put right behind it.
        clean=b"".join(walk.kept[: walk.n_to_last_scan]),
        orientation=walk.orientation,
        warnings=tuple(warnings),
        has_end=walk.has_end,
        is_short=walk.is_short,
        is_broken=walk.is_broken,
    )


def _next_marker(data: bytes, at: int) -> tuple[int, int]:
    """Find the next marker, and where its segment begins; fill bytes are skipped (B.1.1.2)."""
    found = MARKER.search(data, at)
    if found is None:
        raise Rejected(Code.TRUNCATED)
    return data[found.end() - 1], found.end()


def _take(walk: _Walk, marker: int, segment: bytes) -> None:
    """Keep a segment that the picture needs, and read what others tell."""
    is_needed = marker in (*SOF_READ, *TABLES, SOS)
    if marker in SOF_READ:
        if walk.frame or len(segment) < 8 or segment[2] != 8:  # 12 bits: no decoder here
            raise Rejected(Code.CORRUPT)
        walk.frame = segment
        walk.is_progressive = marker in PROGRESSIVE
    elif marker == DRI:
        walk.interval = number(segment.ljust(4, b"\0"), 2, ">H")
    elif marker == APP0 or (marker == APP14 and segment[2:7] == b"Adobe"):
        is_needed = segment[2:7] in (b"JFIF\0", b"Adobe")  # they say what the components are
    elif marker == APP1 and segment[2:8] == b"Exif\0\0" and walk.orientation == UPRIGHT:
        walk.orientation = read_orientation(segment[2:])
    elif marker == APP2 and segment[2:6] == b"MPF\0":
        walk.pictures = _count_pictures(segment[6:])
    elif marker not in (*METADATA, *TABLES, SOS, DNL):
        raise Rejected(Code.CORRUPT)
    if is_needed:
        walk.kept.append(bytes([0xFF, marker]) + segment)


def _take_scan(walk: _Walk, data: bytes, start: int) -> int:
    """Keep the entropy-coded bytes of a scan; return where the next marker stands."""
    walk.scans += 1
    if walk.scans > MAX_SCANS:
        raise Rejected(Code.TOO_LARGE_UNPACKED)
    if walk.is_broken:  # an earlier scan already is: nothing later makes it whole
        raise Rejected(Code.CORRUPT)
    header = walk.kept[-1][2:]
    _note_bits(walk, header)
    end = stop = _find_over(data, start)
    for _ in range(MAX_JUNK):
        if not MARKER.search(data, end) or _next_marker(data, end)[0] in SCAN_ENDS:
            break
        walk.is_damaged = True  # junk inside the scan: the decoder seeks the next restart
        end = _find_over(data, _next_marker(data, end)[1])
    else:
        raise Rejected(Code.CORRUPT)
    if walk.interval:
        _check_restarts(walk, header, _find_restarts(data, start, end))
        stop = end
    else:
        # Nothing restarts the decoder behind such a mark: it fills all that follows with grey.
        stray = RESTART.search(data, start, stop)
        stop = stray.start() if stray else stop
        walk.is_broken = stop < end
        walk.is_damaged |= walk.is_broken
    walk.kept.append(data[start:stop])
    walk.n_to_last_scan = len(walk.kept)
    return end


def _check_restarts(walk: _Walk, header: bytes, found: NDArray[np.uint8]) -> None:
    """Restart marks count 0 to 7 and around, one between two intervals (B.2.1)."""
    units = _count_units(walk.frame, header)
    expected = (units + walk.interval - 1) // walk.interval - 1
    if len(found) == expected and np.array_equal(found, 0xD0 + np.arange(expected) % 8):
        return
    walk.is_damaged = True
    walk.is_short |= len(found) < expected


def _find_over(data: bytes, start: int) -> int:
    """Find where a scan ends: 0xFF that neither zero nor a restart mark follows (B.1.1.5)."""
    for at in range(start, len(data), BLOCK):
        block = np.frombuffer(data[at : at + BLOCK + 1], dtype=np.uint8)
        marked = np.flatnonzero(block[:-1] == 0xFF)
        code = block[marked + 1]
        over = marked[(code != 0) & (code != 0xFF) & ((code < 0xD0) | (code > 0xD7))]
        if len(over):
            end = at + int(over[0])
            while end > start and data[end - 1] == 0xFF:  # fill bytes belong to the marker
                end -= 1
            return end
    # The first byte of an end mark that was cut in two is not part of the scan.
    return max(start, len(data.rstrip(b"\xff")))


def _find_restarts(data: bytes, start: int, end: int) -> NDArray[np.uint8]:
    """List the restart marks of a scan in their order."""
    found = []
    for at in range(start, end, BLOCK):
        block = np.frombuffer(data[at : min(at + BLOCK, end) + 1], dtype=np.uint8)
        code = block[1:][block[:-1] == 0xFF]
        found.append(code[(code >= 0xD0) & (code <= 0xD7)])
    return np.concatenate(found) if found else np.empty(0, dtype=np.uint8)


def _count_units(frame: bytes, header: bytes) -> int:
    """Minimum coded units of a scan (A.2)."""
    height, width = number(frame, 3, ">H"), number(frame, 5, ">H")
    factors = {
        frame[at]: (frame[at + 1] >> 4, frame[at + 1] & 15) for at in range(8, len(frame) - 2, 3)
    }
    widest = max((h for h, _ in factors.values()), default=1) or 1
    tallest = max((v for _, v in factors.values()), default=1) or 1
    if header[2] > 1:
        return -(-width // (8 * widest)) * -(-height // (8 * tallest))
    h, v = factors.get(header[3], (widest, tallest))
    # A scan of one component counts its own blocks, those that the picture needs.
    across, down = -(-width * h // widest), -(-height * v // tallest)
    return -(-across // 8) * -(-down // 8)


def _note_bits(walk: _Walk, header: bytes) -> None:
    """Note how many low bits each coefficient still lacks (G.1.1.1.1)."""
    count = header[2] if len(header) > 2 else 0
    if len(header) != 6 + 2 * count or not 1 <= count <= 4:
        raise Rejected(Code.CORRUPT)
    first, last, low = header[-3], header[-2], header[-1] & 15
    if not walk.is_progressive or last > 63:
        return
    for place in range(count):
        for coefficient in range(first, last + 1):
            walk.open_bits[header[3 + 2 * place], coefficient] = low


def _lacks_bits(walk: _Walk) -> bool:
    """Tell whether a progressive picture has not been sent to its last bit."""
    components = [walk.frame[at] for at in range(8, len(walk.frame) - 2, 3)]
    return any(
        walk.open_bits.get((component, coefficient), 1) > 0
        for component in components
        for coefficient in range(64)
    )


def _count_pictures(block: bytes) -> int:
    """Read how many pictures a phone's file holds; one where the block is junk."""
    try:
        found = read_directory(block).integers(N_PICTURES, most=1)
    except Rejected:
        return 1
    return found[0] if found else 1
