"""Structure of TIFF files (TIFF 6.0; BigTIFF; technical note 2 for JPEG)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.orientation import ORIENTATION, UPRIGHT
from cxr_app.imaging.size import Size
from cxr_app.imaging.structure.layout import number, slice_of
from cxr_app.imaging.structure.tags import Directory, read_directory, read_header

__all__ = ["Packing", "Photometric", "TiffLayout", "read_layout", "read_size"]

MAX_SEGMENTS: Final = 1_000_000  # a film has at most one strip a row
MAX_SAMPLES: Final = 5  # CMYK and alpha
COUNTED_PAGES: Final = 100  # to tell how many without walking through 50,000


class Packing(IntEnum):
    """Compressions that are read (section 3 and later registrations)."""

    NONE = 1
    CCITT_RLE = 2
    CCITT_T4 = 3
    CCITT_T6 = 4
    LZW = 5
    JPEG = 7
    DEFLATE = 8
    PACKBITS = 32773
    OLD_DEFLATE = 32946


class Photometric(IntEnum):
    """What sample values mean (section 8, PhotometricInterpretation)."""

    WHITE_IS_ZERO = 0
    BLACK_IS_ZERO = 1
    RGB = 2
    PALETTE = 3
    CMYK = 5
    YCBCR = 6


COLOURS: Final = {0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3}  # samples that a photometric needs
BITS: Final = {"u": (1, 2, 4, 8, 10, 12, 14, 16, 32), "i": (8, 16, 32), "f": (16, 32, 64)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TiffLayout:
    """One page of samples.

    Attributes
    ----------
    width, height : int
        Pixels before the orientation.
    order : str
        ``<`` or ``>``, byte order of samples.
    bits : int
        Of one sample.
    kind : {'u', 'i', 'f'}
        Unsigned, signed, floating point.
    samples : int
        For each pixel, those beyond the colours included.
    photometric : Photometric
    packing : Packing
    predictor : int
        1 none, 2 differences, 3 floating point.
    is_planar : bool
        Each sample has its own segments.
    is_reversed : bool
        The lowest bit of a byte comes first.
    segment_width, segment_height : int
        Pixels of a tile, or of a strip.
    is_tiled : bool
    segments : tuple of (offset, bytes)
        Plane by plane, then from left to right and top to bottom.
    alpha : {'none', 'straight', 'multiplied'}
        What the first sample beyond the colours is.
    palette : tuple of int
        Red, green and blue values of 16 bits, a third each.
    declared_max : int or None
        MaxSampleValue.
    directory : Directory
        For the few tags that belong to one compression.
    """

    width: int
    height: int
    order: str
    bits: int
    kind: Literal["u", "i", "f"]
    samples: int
    photometric: Photometric
    packing: Packing
    predictor: int
    is_planar: bool
    is_reversed: bool
    segment_width: int
    segment_height: int
    is_tiled: bool
    segments: tuple[tuple[int, int], ...]
    alpha: Literal["none", "straight", "multiplied"]
    palette: tuple[int, ...]
    declared_max: int | None
    orientation: int
    directory: Directory

    @property
    def planes(self) -> int:
        """Sets of segments."""
        return self.samples if self.is_planar else 1

    @property
    def samples_together(self) -> int:
        """Samples that stand side by side in a segment."""
        return 1 if self.is_planar else self.samples

    @property
    def row_bytes(self) -> int:
        """Bytes of one row of a segment, unpacked."""
        return (self.segment_width * self.samples_together * self.bits + 7) // 8


def read_size(data: bytes) -> Size:
    """Read width and height from the first directory."""
    directory = read_directory(data)
    return Size(width=_one(directory, 256), height=_one(directory, 257))


def read_layout(data: bytes) -> TiffLayout:
    """Read the first directory; refuse further pages and segments beyond the end."""
    directory = read_directory(data)
    packing, photometric = _named(directory)
    samples = _one(directory, 277, 1)
    bits = directory.integers(258, most=16, default=(1,))
    kinds = directory.integers(339, most=16, default=(1,))
    kind: Literal["u", "i", "f"] | None = {1: "u", 2: "i", 3: "f", 4: "u"}.get(kinds[0])  # type: ignore[assignment]
    colours = COLOURS[photometric]
    if not colours <= samples <= MAX_SAMPLES or len({*bits}) > 1 or len({*kinds}) > 1:
        raise Rejected(Code.CORRUPT)
    if kind is None or bits[0] not in BITS[kind]:
        raise Rejected(Code.CORRUPT)
    is_planar = _one(directory, 284, 1) == 2 and samples > 1
    is_tiled = 324 in directory.tags or 322 in directory.tags
    width, height = _one(directory, 256), _one(directory, 257)
    segment_width, segment_height = _segment(directory, is_tiled, width, height)
    extra = directory.integers(338, most=16, default=(0,))[0] if samples > colours else 0
    layout = TiffLayout(
        width=width,
        height=height,
        order=directory.order,
        bits=bits[0],
        kind=kind,
        samples=samples,
        photometric=photometric,
        packing=packing,
        predictor=_one(directory, 317, 1),
        is_planar=is_planar,
        is_reversed=_one(directory, 266, 1) == 2,
        segment_width=segment_width,
        segment_height=segment_height,
        is_tiled=is_tiled,
        segments=_read_segments(directory, is_tiled),
        alpha="multiplied" if extra == 1 else "straight" if extra == 2 else "none",
        palette=_palette(directory, bits[0]) if photometric == Photometric.PALETTE else (),
        declared_max=_declared_max(directory, samples),
        orientation=_orientation(directory),
        directory=directory,
    )
    _check_segments(data, layout)
    _check_pages(data, directory)
    return layout


def _one(directory: Directory, tag: int, default: int | None = None) -> int:
    """Read a tag that holds one integer, or as many alike as there are samples."""
    found = directory.integers(tag, most=16, default=() if default is None else (default,))
    if not found:
        raise Rejected(Code.CORRUPT)
    return found[0]


def _named(directory: Directory) -> tuple[Packing, Photometric]:
    try:
        return Packing(_one(directory, 259, 1)), Photometric(_one(directory, 262, 1))
    except ValueError as error:  # a dialect that no film is written in
        raise Rejected(Code.CORRUPT) from error


def _segment(directory: Directory, is_tiled: bool, width: int, height: int) -> tuple[int, int]:
    """Width and height of a strip or tile."""
    if not is_tiled:
        # The default of RowsPerStrip is 2^32 - 1: one strip.
        rows = _one(directory, 278, height)
        if rows < 1:
            raise Rejected(Code.CORRUPT)
        return width, min(rows, height)
    across, down = _one(directory, 322), _one(directory, 323)
    # Section 15: sides are multiples of 16. More than twice the picture is no tile of it.
    if not 1 <= across <= 2 * width + 1024 or not 1 <= down <= 2 * height + 1024:
        raise Rejected(Code.CORRUPT)
    return across, down


def _read_segments(directory: Directory, is_tiled: bool) -> tuple[tuple[int, int], ...]:
    offsets = directory.integers(324 if is_tiled else 273, most=MAX_SEGMENTS)
    # Uncompressed strips may come without their byte counts.
    counts = directory.integers(
        325 if is_tiled else 279, most=MAX_SEGMENTS, default=(0,) * len(offsets)
    )
    if not offsets or len(counts) < len(offsets):
        raise Rejected(Code.CORRUPT)
    return tuple(zip(offsets, counts, strict=False))


def _check_segments(data: bytes, layout: TiffLayout) -> None:
    """All segments are named and lie within the file."""
    across = -(-layout.width // layout.segment_width)
    down = -(-layout.height // layout.segment_height)
    if len(layout.segments) < layout.planes * across * down:
        raise Rejected(Code.TRUNCATED)
    total = 0
    for place, (offset, packed) in enumerate(layout.segments):
        length = packed
        if layout.packing == Packing.NONE:
            row = place % down  # strips alone may end with the picture
            rows = layout.segment_height
            if not layout.is_tiled:
                rows = min(rows, layout.height - row * layout.segment_height)
            length = rows * layout.row_bytes
        slice_of(data, offset, length)
        total += length
    # Segments that share bytes would unpack a small file without end.
    if total > len(data):
        raise Rejected(Code.CORRUPT)


def _check_pages(data: bytes, directory: Directory) -> None:
    """Refuse further pages; a directory that names itself as the next is one page."""
    order, is_big, first = read_header(data)
    seen, following = {first}, directory.next_offset
    wide, step, head = ("Q", 20, 8) if is_big else ("I", 12, 2)
    while following and following not in seen and len(seen) < COUNTED_PAGES:
        seen.add(following)
        count = number(data, following, order + ("Q" if is_big else "H"))
        following = number(data, following + head + count * step, order + wide)
    if len(seen) > 1:
        is_all = len(seen) < COUNTED_PAGES
        raise Rejected(Code.MULTI_FRAME, n=len(seen) if is_all else f"{COUNTED_PAGES} or more")


def _palette(directory: Directory, bits: int) -> tuple[int, ...]:
    found = directory.integers(320, most=3 * 2**16)
    if bits > 16 or len(found) != 3 * 2**bits:
        raise Rejected(Code.CORRUPT)
    return found


def _declared_max(directory: Directory, samples: int) -> int | None:
    try:
        found = directory.integers(281, most=max(samples, 1))
    except Rejected:
        return None
    return max(found) if found and max(found) > 0 else None


def _orientation(directory: Directory) -> int:
    try:
        found = directory.integers(ORIENTATION, most=1)
    except Rejected:
        return UPRIGHT
    return found[0] if found and 1 <= found[0] <= 8 else UPRIGHT
