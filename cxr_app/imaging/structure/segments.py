"""TIFF files of our own writing around another's strips and tiles.

A decoder is shown these and never the file: one directory, a dozen tags, no junk. Whatever else
the file holds cannot reach libtiff.
"""

import struct
from typing import Final

from cxr_app.imaging.structure.tiff import Packing, Photometric, TiffLayout

__all__ = ["write_bytes_tiff", "write_picture_tiff"]

SHORT: Final = 3
LONG: Final = 4
UNDEFINED: Final = 7
LAST_SHORT: Final = 2**16 - 1
T4_OPTIONS: Final = 292
T6_OPTIONS: Final = 293
JPEG_TABLES: Final = 347
SUBSAMPLING: Final = 530


def write_bytes_tiff(
    data: bytes, layout: TiffLayout, named: tuple[tuple[int, int], ...], n_rows: int
) -> bytes:
    """Wrap packed segments as strips of plain bytes: eight bits, one sample, as wide as a row.

    Packings of bytes do not know what the bytes mean. A tile is a strip as wide as the tile.
    """
    tags = _common(layout, layout.row_bytes, n_rows, bits=8, samples=1)
    tags[262] = (SHORT, (Photometric.BLACK_IS_ZERO,))
    tags[278] = (LONG, (layout.segment_height,))
    return _write(data, named, tags, is_tiled=False)


def write_picture_tiff(data: bytes, layout: TiffLayout) -> bytes:
    """Wrap segments of JPEG or CCITT, whose packing knows of pixels.

    White-is-zero is written as its opposite: Pillow inverts some depths and forgets others, so
    the one place to invert is ours.
    """
    tags = _common(layout, layout.width, layout.height, bits=layout.bits, samples=layout.samples)
    photometric = layout.photometric
    if photometric == Photometric.WHITE_IS_ZERO:
        photometric = Photometric.BLACK_IS_ZERO
    tags[262] = (SHORT, (photometric,))
    tags[284] = (SHORT, (2 if layout.is_planar else 1,))
    if layout.is_tiled:
        tags[322] = (LONG, (layout.segment_width,))
        tags[323] = (LONG, (layout.segment_height,))
    else:
        tags[278] = (LONG, (layout.segment_height,))
    for tag in (T4_OPTIONS, T6_OPTIONS):
        options = layout.directory.integers(tag, most=1)
        if options:
            tags[tag] = (LONG, options)
    if layout.packing == Packing.JPEG:
        tables = layout.directory.raw(JPEG_TABLES)
        if tables:
            tags[JPEG_TABLES] = (UNDEFINED, tuple(tables))
        subsampling = layout.directory.integers(SUBSAMPLING, most=2)
        if subsampling:
            tags[SUBSAMPLING] = (SHORT, subsampling)
    return _write(data, layout.segments, tags, is_tiled=layout.is_tiled)


def _common(
    layout: TiffLayout, width: int, height: int, *, bits: int, samples: int
) -> dict[int, tuple[int, tuple[int, ...]]]:
    return {
        256: (LONG, (width,)),
        257: (LONG, (height,)),
        258: (SHORT, (bits,) * samples),
        259: (SHORT, (layout.packing,)),
        266: (SHORT, (2 if layout.is_reversed else 1,)),
        277: (SHORT, (samples,)),
    }


def _write(
    data: bytes,
    named: tuple[tuple[int, int], ...],
    tags: dict[int, tuple[int, tuple[int, ...]]],
    *,
    is_tiled: bool,
) -> bytes:
    """Lay out header, segments, values and the one directory."""
    pieces = [data[offset : offset + length] for offset, length in named]
    offsets, at = [], 8
    for piece in pieces:
        offsets.append(at)
        at += len(piece)
    tags[324 if is_tiled else 273] = (LONG, tuple(offsets))
    tags[325 if is_tiled else 279] = (LONG, tuple(len(piece) for piece in pieces))
    entries = []
    for tag, (kind, values) in sorted(tags.items()):
        form = {SHORT: "H", LONG: "I", UNDEFINED: "B"}[kind]
        value = struct.pack(f"<{len(values)}{form}", *values)
        if len(value) > 4:
            pieces.append(value)
            value, at = struct.pack("<I", at), at + len(value)
        entries.append(struct.pack("<HHI", tag, kind, len(values)) + value.ljust(4, b"\0"))
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", at) + b"".join(pieces) + directory
