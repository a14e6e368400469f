"""Families F01 to F05: files and formats."""

import functools
import gzip
import io
import zipfile
from collections.abc import Iterator

import numpy as np
from PIL import Image

from cxr_app.codes import Code
from tests.bad.row import OK, Answer, Row
from tests.makers import (
    SIZE,
    film,
    saved,
)

WIDTH, HEIGHT = SIZE
GOOD = functools.partial(film, 7)


@functools.cache
def whole() -> dict[str, bytes]:
    """One good file of each kind."""
    pixels = GOOD()
    rgb = Image.fromarray(pixels).convert("RGB")
    return {
        "jpeg": saved(pixels, "JPEG", quality=90),
        "jpeg progressive": saved(pixels, "JPEG", quality=90, progressive=True),
        "jpeg restarts": saved(pixels, "JPEG", quality=90, restart_marker_blocks=10),
        "jpeg 4:2:0": saved(rgb, "JPEG", quality=90, subsampling=2),
        "png": saved(pixels, "PNG"),
        "webp": saved(rgb, "WEBP", quality=80),
        "webp lossless": saved(rgb, "WEBP", lossless=True),
        "bmp": saved(pixels, "BMP"),
        "tiff": saved(pixels, "TIFF"),
        "tiff lzw": saved(pixels, "TIFF", compression="tiff_lzw"),
        "tiff deflate": saved(pixels, "TIFF", compression="tiff_adobe_deflate"),
        "tiff packbits": saved(pixels, "TIFF", compression="packbits"),
        "tiff jpeg": saved(pixels, "TIFF", compression="jpeg", quality=90),
        "jpeg 2000": saved(pixels, "JPEG2000"),
        "avif": saved(rgb, "AVIF", quality=90),
    }


def good(kind: str) -> bytes:
    """Bytes of a good file."""
    return whole()[kind]


def row(example: str, data: bytes, *answers: Answer, **more: object) -> Row:
    return Row(id=example, make=lambda: data, answers=answers, **more)  # type: ignore[arg-type]


def empty_or_almost() -> Iterator[Row]:
    """F01."""
    yield row("F01 empty", b"", Code.EMPTY)
    for data in (b"\xff", b"\x89P", b"BM", b"II", b"RI", b"\xff\xd8"):
        yield row(f"F01 {data.hex()}", data, Code.NOT_AN_IMAGE)
    for data in (
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"II*\0",
        b"MM\0*",
        b"RIFF\x10\0\0\0WEBP",
        b"BM\x36\0\0\0\0\0\0\0",
    ):
        yield row(f"F01 signature {data[:8]!r}", data, Code.TRUNCATED)


def no_image() -> Iterator[Row]:
    """F02."""
    noise = np.random.default_rng(2).bytes(2**20)
    for name, data in {
        "text": b"BMW and other words, line after line\n" * 20,
        "noise": b"\x01" + noise,
        "elf": b"\x7fELF\x02\x01\x01" + noise[:500],
        "program": b"MZ\x90\0" + noise[:500],
        "json": b'{"film": [1, 2, 3]}',
        "csv": b"file,patient\na.png,1\n",
        "html": b"<!DOCTYPE html><html><body>login</body></html>",
        "sqlite": b"SQLite format 3\0" + bytes(100),
    }.items():
        yield row(f"F02 {name}", data, Code.NOT_AN_IMAGE)


def names() -> Iterator[Row]:
    """F03."""
    for kind, name in (
        ("png", "film.jpg"),
        ("jpeg", "film.dcm"),
        ("jpeg", "film"),
        ("png", "film.png.exe"),
        ("bmp", "FILM.BMP"),
        ("tiff lzw", "film.jpeg"),
    ):
        yield Row(
            id=f"F03 {kind} as {name}",
            make=functools.partial(good, kind),
            answers=(OK,),
            twin=GOOD,
            within=2.0 if kind == "jpeg" else 0.0,
            name=name,
        )


SVG = (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script>&x;</svg>'
)


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("film.png", b"x")
    return file.getvalue()


def known_not_read() -> Iterator[Row]:
    """F04."""
    pixels = GOOD()
    for name, data in {
        "gif": saved(pixels, "GIF"),
        "ico": saved(Image.fromarray(pixels), "ICO"),
        "dds": saved(Image.fromarray(pixels).convert("RGB"), "DDS"),
        "eps": saved(pixels, "EPS"),
        "pdf": saved(pixels, "PDF"),
        "svg": SVG,
        "svg with byte order mark": b"\xef\xbb\xbf" + SVG,
        "heic": b"\0\0\0\x18ftypheic" + bytes(52),
        "psd": b"8BPS\0\x01" + bytes(58),
        "fits": b"SIMPLE  =                    T".ljust(64),
        "zip": _zip(),
        "gz": gzip.compress(good("png")),
        "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(56),
        "jpeg xl": b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(52),
    }.items():
        yield row(f"F04 {name}", data, Code.UNSUPPORTED_FORMAT)


def polyglots() -> Iterator[Row]:
    """F05."""
    for name, kind, tail in (
        ("jpeg and zip", "jpeg", _zip()),
        ("jpeg and html", "jpeg", b"<html><script>alert(1)</script>"),
        ("png and script", "png", b"<script>alert(1)</script>"),
    ):
        data = good(kind) + tail
        within = 2.0 if kind == "jpeg" else 0.0
        yield row(f"F05 {name}", data, OK, twin=GOOD, within=within)


def rows() -> list[Row]:
    """All of them."""
    families = (empty_or_almost, no_image, names, known_not_read, polyglots)
    return [made for family in families for made in family()]
