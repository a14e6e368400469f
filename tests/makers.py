"""Films and files made by code: no picture lies in the tree."""

import functools
import io
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

END_OF_PNG = b"\0\0\0\0IEND\xaeB\x60\x82"
SIZE = (260, 240)  # not square, so that a picture on its side is noticed


@functools.cache
def film(seed: int, size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """Draw two dark lungs between bright ribs: uint8 [height, width], 0 to 255, read-only."""
    width, height = size
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    side = np.abs(x) - 0.42 - 0.05 * rng.standard_normal()
    lungs = np.exp(-((side / 0.28) ** 4) - ((y - 0.05) / 0.72) ** 4)
    ribs = 0.12 * np.cos(22 * (y - 0.25 * x**2) + rng.uniform(0, 6))
    grain = rng.normal(0, 0.008, size=(height, width)).astype(np.float32)
    drawn = 0.85 - 0.6 * lungs + ribs * lungs - 0.35 * (np.abs(x) > 0.93) + grain
    lowest, highest = drawn.min(), drawn.max()
    pixels = np.floor((drawn - lowest) / (highest - lowest) * 255 + 0.5).astype(np.uint8)
    pixels.flags.writeable = False
    return pixels


def saved(pixels: NDArray[Any] | Image.Image, kind: str, **options: Any) -> bytes:
    """Let Pillow write a file of one picture."""
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_raw(
    size: tuple[int, int],
    packed: bytes,
    *,
    depth: int = 8,
    colour: int = 0,
    before: Sequence[bytes] = (),
    after: Sequence[bytes] = (),
) -> bytes:
    """PNG of any header around any packed pixels; `before` and `after` are chunks around IDAT."""
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    parts = (png_chunk(b"IHDR", header), *before, png_chunk(b"IDAT", packed), *after)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + END_OF_PNG


def png_rows(pixels: NDArray[Any]) -> bytes:
    """Rows of grey, each after the filter byte 0, not packed; 16 bits with the high byte first."""
    rows = pixels.astype(pixels.dtype.newbyteorder(">")).reshape(len(pixels), -1)
    return b"".join(b"\0" + row.tobytes() for row in rows)


def png_of(pixels: NDArray[Any], **options: Any) -> bytes:
    """PNG of grey pixels of 8 or 16 bits."""
    height, width = pixels.shape
    packed = zlib.compress(png_rows(pixels), 1)
    return png_raw((width, height), packed, depth=8 * pixels.itemsize, **options)


def tiff_raw(
    tags: Mapping[int, tuple[int, Sequence[int]]],
    body: bytes = b"",
    *,
    order: str = "<",
    is_big: bool = False,
    following: int | None = 0,
) -> bytes:
    """TIFF of any tags.

    The body lies at byte 16, the directory behind it. A tag is its type and values; a value tuple
    longer than fits goes behind the directory. `following` None points back to the directory.
    """
    forms = {1: "B", 2: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 16: "Q"}
    wide, count = ("Q", "Q") if is_big else ("I", "H")
    room, step = struct.calcsize(wide), 20 if is_big else 12
    at = 16 + len(body)
    behind = at + struct.calcsize(order + count) + step * len(tags) + room
    entries, values = b"", b""
    for tag, (kind, numbers) in sorted(tags.items()):
        value = struct.pack(f"{order}{len(numbers)}{forms[kind]}", *numbers)
        if len(value) > room:
            place, values = behind + len(values), values + value
            value = struct.pack(order + wide, place)
        head = struct.pack(f"{order}HH{wide}", tag, kind, len(numbers))
        entries += head + value.ljust(room, b"\0")
    directory = struct.pack(order + count, len(tags)) + entries
    directory += struct.pack(order + wide, at if following is None else following)
    mark = b"II" if order == "<" else b"MM"
    if is_big:
        header = mark + struct.pack(order + "HHHQ", 43, 8, 0, at)
    else:
        header = mark + struct.pack(order + "HI", 42, at) + bytes(8)
    return header + body + directory + values


def tiff_of(
    pixels: NDArray[Any],
    *,
    order: str = "<",
    photometric: int = 1,
    packing: int = 1,
    body: bytes | None = None,
    extra: Mapping[int, tuple[int, Sequence[int]]] | None = None,
    bits: int | None = None,
    **options: Any,
) -> bytes:
    """TIFF in one strip of samples [height, width] or [height, width, n] of any type."""
    height, width = pixels.shape[:2]
    samples = 1 if pixels.ndim == 2 else pixels.shape[2]
    if body is None:
        body = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
        body = zlib.compress(body) if packing == 8 else body
    kind = {"u": 1, "i": 2, "f": 3}[pixels.dtype.kind]
    tags: dict[int, tuple[int, Sequence[int]]] = {
        256: (4, (width,)),
        257: (4, (height,)),
        258: (3, (bits or 8 * pixels.itemsize,) * samples),
        259: (3, (packing,)),
        262: (3, (photometric,)),
        273: (4, (16,)),
        277: (3, (samples,)),
        278: (4, (height,)),
        279: (4, (len(body),)),
        339: (3, (kind,) * samples),
        **(extra or {}),
    }
    return tiff_raw(tags, body, order=order, **options)


def bmp_raw(
    size: tuple[int, int],
    body: bytes,
    *,
    bits: int = 8,
    packing: int = 0,
    palette: bytes | None = None,
) -> bytes:
    """BMP of any header; a negative height puts the top row first."""
    if palette is None:
        greys = np.linspace(0, 255, 2**bits).round().astype(np.uint8) if bits <= 8 else ()
        palette = b"".join(bytes([grey] * 3 + [0]) for grey in greys)
    start = 54 + len(palette)
    header = struct.pack("<IiiHHIIiiII", 40, *size, 1, bits, packing, len(body), 0, 0, 0, 0)
    return struct.pack("<2sIHHI", b"BM", start + len(body), 0, 0, start) + header + palette + body


def jpeg_edit(data: bytes, *segments: tuple[int, bytes]) -> bytes:
    """Put segments (marker, body) behind the first two bytes of a JPEG."""
    written = b"".join(
        bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body for marker, body in segments
    )
    return data[:2] + written + data[2:]


def jpeg_scan(data: bytes) -> int:
    """Where the packed pixels of the first scan begin."""
    at = data.index(b"\xff\xda")
    return at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def webp_edit(data: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """Append chunks (kind, body) to a WebP and mend its length."""
    written = b"".join(
        kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2) for kind, body in chunks
    )
    whole = data[8:] + written
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def exif_raw(orientation: int, kind: int = 3) -> bytes:
    """EXIF block with one tag."""
    value = struct.pack("<HHII", 0x0112, kind, 1, orientation)
    return b"II*\0\x08\0\0\0\x01\0" + value + bytes(4)


def overwrite(data: bytes, at: int, patch: bytes) -> bytes:
    """Write over bytes without changing the length."""
    return data[:at] + patch + data[at + len(patch) :]


def flip(data: bytes, seed: int) -> bytes:
    """Turn one to eight bits over, anywhere."""
    rng = np.random.default_rng(seed)
    changed = bytearray(data)
    for place in rng.integers(0, len(data), size=rng.integers(1, 9)):
        changed[place] ^= 1 << int(rng.integers(0, 8))
    return bytes(changed)
