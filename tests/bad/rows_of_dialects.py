"""Families F13 to F16: dialects, several pictures, metadata, shape."""

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_app.codes import Code
from tests.bad.row import OK, Answer, Row
from tests.bad.rows_of_files import GOOD, HEIGHT, WIDTH, good, row
from tests.makers import (
    SIZE,
    bmp_raw,
    exif_raw,
    film,
    jpeg_edit,
    png_chunk,
    png_of,
    png_raw,
    saved,
    tiff_of,
    webp_edit,
)

LOSSY = 3.0  # mean grey levels that JPEG and WebP may cost


def same(name: str, data: bytes, within: float = 0.0, answer: Answer = OK) -> Row:
    return Row(id=name, make=lambda: data, answers=(answer,), twin=GOOD, within=within)


def half() -> NDArray[np.uint8]:
    return (GOOD() // 2).astype(np.uint8)


def twelve_bits(pixels: NDArray[np.uint16]) -> bytes:
    """Pack rows of two samples in three bytes, high bits first."""
    left, right = pixels[:, ::2], pixels[:, 1::2]
    bytes_of = (left >> 4, (left & 15) << 4 | right >> 8, right & 255)
    return np.stack(bytes_of, axis=2).astype(np.uint8).tobytes()


def run_lengths(pixels: NDArray[np.uint8]) -> bytes:
    """RLE8 of runs of one pixel, rows from the bottom up, with the end of the bitmap."""
    rows = [b"".join(bytes([1, value]) for value in row) + b"\0\0" for row in pixels[::-1].tolist()]
    return b"".join(rows) + b"\0\1"


def dialects() -> Iterator[Row]:
    """F13."""
    pixels = GOOD()
    for kind in ("tiff lzw", "tiff deflate", "tiff packbits"):
        yield same(f"F13 {kind}", good(kind))
    for kind in ("tiff jpeg", "jpeg progressive", "jpeg 4:2:0", "webp"):
        yield same(f"F13 {kind}", good(kind), LOSSY)
    yield same("F13 webp lossless", good("webp lossless"))
    yield same("F13 tiff big-endian", tiff_of(pixels, order=">"))
    yield same("F13 tiff big-endian 16 bits", tiff_of(pixels * np.uint16(257), order=">"))
    yield same("F13 tiff white is zero", tiff_of(255 - pixels, photometric=0))
    white = tiff_of((65535 - pixels * np.uint16(257)), photometric=0)
    yield same("F13 tiff white is zero, 16 bits", white)
    rgb = np.dstack([pixels] * 3)
    planar = np.ascontiguousarray(rgb.transpose(2, 0, 1)).tobytes()
    offsets = tuple(16 + plane * pixels.size for plane in range(3))
    layout = {284: (3, (2,)), 273: (4, offsets), 279: (4, (pixels.size,) * 3)}
    yield same("F13 tiff planar", tiff_of(rgb, photometric=2, body=planar, extra=layout))
    yield same("F13 tiff tiled", _tiled(pixels))
    twelve = np.floor(pixels * (4095 / 255) + 0.5).astype(np.uint16)
    for order in "<>":
        data = tiff_of(twelve, bits=12, body=twelve_bits(twelve), order=order)
        yield same(f"F13 tiff 12 bits {order}", data)
    dark = (twelve // 2).astype(np.uint16)  # no value above 2047, and still divided by 4095
    dim = tiff_of(dark, bits=12, body=twelve_bits(dark))
    yield Row(id="F13 tiff 12 bits, dark", make=lambda: dim, answers=(OK,), twin=half, within=0.6)
    yield same("F13 tiff float64", tiff_of(pixels.astype(np.float64)))
    yield same("F13 tiff deflate 16 bits", tiff_of(pixels * np.uint16(257), packing=8))
    steps = np.diff(pixels.astype(np.uint8), axis=1, prepend=np.uint8(0)).astype(np.uint8)
    body = zlib.compress(steps.tobytes())
    predicted = tiff_of(pixels, packing=8, body=body, extra={317: (3, (2,))})
    yield same("F13 tiff predictor", predicted)
    lzw = saved(pixels * np.uint16(257), "TIFF", compression="tiff_lzw")
    yield same("F13 tiff lzw 16 bits", lzw)
    colour = Image.fromarray(rgb)
    yield same("F13 tiff jpeg ycbcr", saved(colour, "TIFF", compression="jpeg"), LOSSY)
    for packing in ("group3", "group4", "tiff_ccitt"):
        yield _bilevel(packing)
    strange = tiff_of(pixels, extra={259: (3, (50_000,))})
    yield row("F13 tiff packed by Zstandard", strange, Code.CORRUPT)
    yield row("F13 tiff in Lab", tiff_of(rgb, photometric=8), Code.CORRUPT)


def other_dialects() -> Iterator[Row]:
    """F13 beside TIFF."""
    pixels = GOOD()
    yield same("F13 png interlaced", _interlaced())
    yield same("F13 bmp run-length", bmp_raw(SIZE, run_lengths(pixels), packing=1))
    four = ((pixels.astype(np.uint16) + 8) // 17).astype(np.uint8)[::-1]
    packed = np.pad(four[:, ::2] << 4 | four[:, 1::2], ((0, 0), (0, -(WIDTH // 2) % 4)))
    yield same("F13 bmp of 4 bits", bmp_raw(SIZE, packed.tobytes(), bits=4), 6.0)


def _tiled(pixels: NDArray[np.uint8], side: int = 64) -> bytes:
    down, across = -(-HEIGHT // side), -(-WIDTH // side)
    padded = np.pad(pixels, ((0, down * side - HEIGHT), (0, across * side - WIDTH)))
    tiles = padded.reshape(down, side, across, side).swapaxes(1, 2)
    offsets = tuple(16 + place * side * side for place in range(down * across))
    tags = {
        322: (4, (side,)),
        323: (4, (side,)),
        324: (4, offsets),
        325: (4, (side * side,) * len(offsets)),
    }
    return tiff_of(pixels, body=np.ascontiguousarray(tiles).tobytes(), extra=tags)


def _bilevel(packing: str) -> Row:
    black_and_white = Image.fromarray(GOOD()).convert("1")
    data = saved(black_and_white, "TIFF", compression=packing)
    return Row(
        id=f"F13 tiff {packing}",
        make=lambda: data,
        answers=((Code.LOW_CONTRAST,),),
        twin=lambda: np.asarray(black_and_white.convert("L")),
    )


def _interlaced() -> bytes:
    """Adam7 by hand: Pillow reads it and does not write it."""
    pixels = GOOD()
    passes = (
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    )
    rows = b"".join(
        b"\0" + row.tobytes()
        for top, left, down, right in passes
        for row in pixels[top::down, left::right]
    )
    header = struct.pack(">IIBBBBB", *SIZE, 8, 0, 0, 0, 1)
    plain = png_raw(SIZE, zlib.compress(rows))
    return plain[:8] + png_chunk(b"IHDR", header) + plain[33:]


def several() -> Iterator[Row]:
    """F14."""
    one, two = Image.fromarray(GOOD()), Image.fromarray(film(8))
    for kind in ("WEBP", "PNG", "TIFF"):
        data = saved(one, kind, save_all=True, append_images=[two])
        yield row(f"F14 {kind} of two", data, Code.MULTI_FRAME)
    mpo = saved(one, "MPO", save_all=True, append_images=[two], quality=90)
    yield same("F14 MPO", mpo, LOSSY, (Code.SEVERAL_PICTURES,))


def metadata() -> Iterator[Row]:
    """F15."""
    jpeg, png = good("jpeg"), good("png")
    xmp = [(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(65_000)) for _ in range(160)]
    for name, segments in {
        "broken exif": [(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff junk")],
        "exif of ones": [(0xE1, b"Exif\0\0" + b"\xff" * 5000)],
        "profile of ones": [(0xE2, b"ICC_PROFILE\0\1\1" + b"\xff" * 5000)],
        "10 MB of XMP": xmp,
        "comment": [(0xFE, b"Name of a patient")],
        "broken MPF": [(0xE2, b"MPF\0" + b"\xff" * 100)],
        "thumbnail": [(0xE1, b"Exif\0\0" + exif_raw(1) + good("jpeg progressive")[:60_000])],
    }.items():
        yield same(f"F15 jpeg {name}", jpeg_edit(jpeg, *segments), LOSSY)
    for kind, body in (
        (b"eXIf", b"\xff" * 500),
        (b"iCCP", b"k\0\0" + b"\xff" * 5000),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + bytes(10_000_000)),
        (b"zTXt", b"\xff" * 10),
        (b"tEXt", b"Comment\0Name of a patient"),
    ):
        data = png[:33] + png_chunk(kind, body) + png[33:]
        yield same(f"F15 png {kind.decode()}", data)
    webp = webp_edit(good("webp"), (b"EXIF", b"\xff" * 501), (b"XMP ", b"\xff" * 501))
    yield same("F15 webp", webp, LOSSY)
    tags: dict[int, Any] = {34665: (4, (2**31,)), 34675: (7, (255,) * 5000), 700: (1, (60,) * 5000)}
    yield same("F15 tiff", tiff_of(GOOD(), extra=tags))


def shapes() -> Iterator[Row]:
    """F16."""
    yield row("F16 1 x 1", png_raw((1, 1), b""), Code.TOO_SMALL)
    yield row("F16 95 x 500", png_of(film(7, (95, 500))), Code.TOO_SMALL)
    yield row("F16 96 x 96", png_of(film(7, (96, 96))), (Code.UPSCALED,))
    yield row("F16 16,000 x 100", png_of(film(7, (16_000, 100))), Code.NOT_A_CHEST_FILM)
    yield row("F16 1,000 x 250", png_of(film(7, (1000, 250))), OK)
    yield row("F16 1,001 x 250", png_of(film(7, (1001, 250))), Code.NOT_A_CHEST_FILM)


def rows() -> list[Row]:
    """All of them."""
    families = (dialects, other_dialects, several, metadata, shapes)
    return [made for family in families for made in family()]
