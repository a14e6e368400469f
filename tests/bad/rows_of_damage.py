"""Families F06 to F12: cuts, damage, impossible sizes, bombs, edges, TIFF structure."""

import functools
import struct
import zlib
from collections.abc import Iterator

import numpy as np

from cxr_app.codes import Code
from cxr_app.limits import MIB
from tests.bad.row import DAMAGED, OK, Answer, Row
from tests.bad.rows_of_files import GOOD, HEIGHT, WIDTH, good, row, whole
from tests.makers import (
    SIZE,
    bmp_raw,
    film,
    flip,
    jpeg_scan,
    overwrite,
    png_chunk,
    png_of,
    png_raw,
    png_rows,
    tiff_of,
    tiff_raw,
)


def cuts() -> Iterator[Row]:
    """F06."""
    for kind, data in whole().items():
        for percent in (1, *range(10, 100, 10), 99):
            cut = data[: len(data) * percent // 100]
            yield row(f"F06 {kind} at {percent} %", cut, Code.TRUNCATED)
        # Only the end mark is missing from these; others have no such mark.
        has_mark = (kind.startswith("jpeg") and kind != "jpeg 2000") or kind == "png"
        answer: Answer = DAMAGED if has_mark else Code.TRUNCATED
        yield row(f"F06 {kind} last byte", data[:-1], answer)
    for kind in ("jpeg", "jpeg progressive", "jpeg restarts"):
        yield row(f"F06 {kind} without end mark", good(kind)[:-2], DAMAGED)
        closed = good(kind)[: len(good(kind)) // 2] + b"\xff\xd9"
        yield row(f"F06 {kind} half, closed", closed, Code.TRUNCATED, DAMAGED)
    half = good("jpeg")[: len(good("jpeg")) // 2] + b"\xff\xd9"
    yield row("F06 half a jpeg with an end mark", half, Code.TRUNCATED)
    yield row("F06 png without end chunk", good("png")[:-12], DAMAGED)
    short = png_raw(SIZE, zlib.compress(png_rows(GOOD()[: HEIGHT // 2]))[:-9])
    yield row("F06 png with half its pixels", short, Code.TRUNCATED)


def damage() -> Iterator[Row]:
    """F07."""
    restarts = good("jpeg restarts")
    swapped = restarts.replace(b"\xff\xd1", b"\xff\xd4", 1)
    yield row("F07 restart marks out of order", swapped, DAMAGED)
    jpeg = good("jpeg")
    zeros = overwrite(jpeg, jpeg_scan(jpeg) + 500, bytes(200))
    yield row("F07 zeros in the scan", zeros, OK, DAMAGED, Code.CORRUPT, Code.TRUNCATED)
    junk = overwrite(jpeg, jpeg_scan(jpeg) + 500, b"\xff\x05")
    yield row("F07 unknown mark in the scan", junk, DAMAGED, Code.CORRUPT, Code.TRUNCATED)
    png = good("png")
    broken = overwrite(png, len(png) // 2, bytes([png[len(png) // 2] ^ 1]))
    yield row("F07 png checksum", broken, Code.CORRUPT)
    lzw = good("tiff lzw")
    yield row("F07 lzw garbage", overwrite(lzw, 200, b"\xfe" * 3000), Code.CORRUPT)
    flate = tiff_of(GOOD(), packing=8)
    yield row("F07 deflate garbage", overwrite(flate, 200, b"\xfe" * 3000), Code.CORRUPT)
    stored = overwrite(tiff_of(GOOD()), 5000, b"\xff" * 50)
    yield row("F07 stored pixels", stored, OK, twin=GOOD, within=1.0)
    for seed in range(5):
        yield row(f"F07 png flipped {seed}", flip(png, seed), Code.CORRUPT)


def impossible() -> Iterator[Row]:
    """F08."""
    huge = png_raw((2**31 - 1, 2**31 - 1), b"")
    yield row("F08 png of 2^31 square", huge, Code.TOO_MANY_PIXELS)
    yield row("F08 png cut before its header's checksum", huge[:29], Code.TOO_MANY_PIXELS)
    yield row("F08 png of 2^32 - 1", png_raw((2**32 - 1, 5), b""), Code.TOO_MANY_PIXELS)
    yield row("F08 bmp of 54 bytes", bmp_raw((100_000, 100_000), b"")[:54], Code.TOO_MANY_PIXELS)
    sides = {256: (4, (50_000,)), 257: (4, (50_000,))}
    yield row("F08 gigapixel tiff", tiff_raw(sides), Code.TOO_MANY_PIXELS)
    yield row("F08 png of width 0", png_raw((0, 300), b""), Code.CORRUPT)
    yield row("F08 bmp of width 0", bmp_raw((0, 300), b""), Code.CORRUPT)
    yield row("F08 bmp of negative width", bmp_raw((-300, 300), b""), Code.CORRUPT)
    flipped = bmp_raw((WIDTH, -HEIGHT), GOOD().tobytes())
    yield row("F08 bmp of negative height", flipped, OK, twin=GOOD)


@functools.cache
def packed_zeros(mebibytes: int, head: bytes = b"") -> bytes:
    """Pack a head and many zeros without ever holding them."""
    packer = zlib.compressobj(9)
    parts = [packer.compress(head)]
    parts += [packer.compress(bytes(MIB)) for _ in range(mebibytes)]
    return b"".join([*parts, packer.flush()])


def bombs() -> Iterator[Row]:
    """F09."""

    def idat() -> bytes:
        return png_raw(SIZE, packed_zeros(500, png_rows(GOOD())))

    def strip() -> bytes:
        return tiff_of(GOOD(), packing=8, body=packed_zeros(200, GOOD().tobytes()))

    def with_chunk(kind: bytes, head: bytes) -> bytes:
        return png_of(GOOD(), before=[png_chunk(kind, head + packed_zeros(200))])

    def tiles() -> bytes:
        """8,000 x 8,000 in three samples of 16 bits, each tile a few bytes."""
        side, count = 256, 32 * 32
        tile = zlib.compress(bytes(side * side * 6))
        extra = {
            322: (4, (side,)),
            323: (4, (side,)),
            324: (4, tuple(16 + place * len(tile) for place in range(count))),
            325: (4, (len(tile),) * count),
        }
        pixels = np.broadcast_to(np.uint16(0), (8000, 8000, 3))
        return tiff_of(pixels, photometric=2, packing=8, body=tile * count, extra=extra)

    yield Row(id="F09 500 MB behind the pixels", make=idat, answers=(OK,), twin=GOOD)
    yield Row(id="F09 overfull deflate strip", make=strip, answers=(OK,), twin=GOOD)
    yield Row(id="F09 tiles of 384 MB", make=tiles, answers=(Code.TOO_LARGE_UNPACKED,))
    for kind, head in (
        (b"zTXt", b"k\0\0"),
        (b"iTXt", b"k\0\1\0\0\0"),
        (b"iCCP", b"k\0\0"),
    ):
        make = functools.partial(with_chunk, kind, head)
        yield Row(
            id=f"F09 {kind.decode()} of 200 MB", make=make, answers=(Code.TOO_LARGE_UNPACKED,)
        )


def edges() -> Iterator[Row]:
    """F10."""

    def padded(size: int) -> bytes:
        return good("png").ljust(size, b"\0")

    def large(width: int, height: int) -> bytes:
        tile = film(1, (1000, 1000))
        rows = np.tile(tile, (-(-height // 1000), -(-width // 1000)))[:height, :width]
        return png_of(rows)

    yield Row(id="F10 64 MiB", make=lambda: padded(64 * MIB), answers=(OK,), is_heavy=True)
    yield Row(
        id="F10 64 MiB and a byte",
        make=lambda: padded(64 * MIB + 1),
        answers=(Code.TOO_LARGE_BYTES,),
        is_heavy=True,
    )
    yield Row(id="F10 8,000 square", make=lambda: large(8000, 8000), answers=(OK,), is_heavy=True)
    # The cap is asked of the header, so these need no pixels.
    for width, height, answer in (
        (8000, 8001, Code.TOO_MANY_PIXELS),
        (12_000, 12_000, Code.TOO_MANY_PIXELS),
        (16_385, 500, Code.TOO_MANY_PIXELS),
        (16_384, 3907, Code.TOO_MANY_PIXELS),
    ):
        yield row(f"F10 {width} x {height}", png_raw((width, height), b""), answer)
    # At the cap of a side, the film is read and refused for its shape only.
    side = functools.partial(large, 16_384, 100)
    yield Row(id="F10 16,384 x 100", make=side, answers=(Code.NOT_A_CHEST_FILM,))


def _pages(count: int) -> bytes:
    """Chain directories of one tag each behind a good one."""
    first = tiff_of(GOOD())
    at = len(first)
    chained = tiff_of(GOOD(), following=at)
    pages = b"".join(
        struct.pack("<HHHIII", 1, 256, 4, 1, WIDTH, at + 18 * (page + 1)) for page in range(count)
    )
    return chained + pages[:-4] + bytes(4)


def tiff_structure() -> Iterator[Row]:
    """F12."""
    pixels = GOOD()
    yield row("F12 loop of 1", tiff_of(pixels, following=None), OK, twin=GOOD)
    loop = _pages(1)
    first = 16 + pixels.size
    yield row("F12 loop of 2", loop[:-4] + struct.pack("<I", first), Code.MULTI_FRAME)
    yield row("F12 50,000 pages", _pages(50_000), Code.MULTI_FRAME)
    yield row("F12 next page beyond the end", tiff_of(pixels, following=2**31), Code.TRUNCATED)
    far = tiff_of(pixels, extra={273: (4, (2**31,))})
    yield row("F12 strip beyond the end", far, Code.TRUNCATED)
    many = tiff_of(pixels, extra={259: (3, (1,))})
    at = many.index(struct.pack("<HHI", 273, 4, 1)) + 4
    yield row("F12 tag count 2^31", overwrite(many, at, struct.pack("<I", 2**31)), Code.TRUNCATED)
    tile = {322: (4, (2**31,)), 323: (4, (2**31,)), 324: (4, (16,)), 325: (4, (100,))}
    yield row("F12 tile of 2^31", tiff_of(pixels, extra=tile), Code.CORRUPT)
    yield row("F12 BigTIFF", tiff_of(pixels, is_big=True), OK, twin=GOOD)
    yield row("F12 no width", tiff_raw({257: (4, (300,))}), Code.CORRUPT)
    shared = {278: (4, (1,)), 273: (4, (16,) * HEIGHT), 279: (4, (50_000,) * HEIGHT)}
    yield row(
        "F12 strips that share bytes",
        tiff_of(pixels, packing=8, extra=shared, body=bytes(50_000)),
        Code.CORRUPT,
    )


def rows() -> list[Row]:
    """All of them."""
    families = (cuts, damage, impossible, bombs, edges, tiff_structure)
    return [made for family in families for made in family()]
