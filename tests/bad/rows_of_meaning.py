"""Families F17 to F21: depth, colour, orientation, emptiness."""

import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_app.codes import Code
from tests.bad.row import OK, Row
from tests.bad.rows_of_dialects import LOSSY, half, same
from tests.bad.rows_of_files import GOOD, HEIGHT, WIDTH, good, row
from tests.makers import (
    SIZE,
    exif_raw,
    jpeg_edit,
    png_chunk,
    png_of,
    png_raw,
    saved,
    tiff_of,
)


def depths() -> Iterator[Row]:
    """F17."""
    pixels = GOOD()
    deep = pixels * np.uint16(257)
    twelve = np.floor(pixels * (4095 / 255) + 0.5).astype(np.uint16)
    yield same("F17 png of 16 bits", png_of(deep))
    yield same("F17 png of 12 in 16", png_of(twelve))
    declared = png_of(twelve // 2, before=[png_chunk(b"sBIT", b"\x0c")])
    yield Row(id="F17 png of sBIT 12", make=lambda: declared, answers=(OK,), twin=half, within=0.6)
    scaled = png_of(deep, before=[png_chunk(b"sBIT", b"\x0c")])
    yield same("F17 png of sBIT 12, scaled up", scaled)
    yield same("F17 tiff of 16 bits", tiff_of(deep))
    yield same("F17 tiff of 12 in 16", tiff_of(twelve))
    said = tiff_of(twelve // 2, extra={281: (3, (4095,))})
    yield Row(id="F17 tiff MaxSampleValue", make=lambda: said, answers=(OK,), twin=half, within=0.6)
    shifted = deep.astype(np.int32) - 32_768
    yield same("F17 tiff signed", tiff_of(shifted.astype(np.int16)))
    yield same("F17 tiff signed, none negative", tiff_of(twelve.astype(np.int16)))
    yield same("F17 tiff of 32 bits", tiff_of(pixels * np.uint32(16_843_009)))
    yield same("F17 tiff of 16 in 32", tiff_of(deep.astype(np.int32)))
    rgb = np.dstack([deep] * 3)
    yield same("F17 tiff colour of 16 bits", tiff_of(rgb, photometric=2), 1.0)
    narrow = np.dstack([twelve] * 3)
    yield same("F17 tiff colour of 12 in 16", tiff_of(narrow, photometric=2), 1.0)
    packed = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rgb.astype(">u2")), 1)
    yield same("F17 png colour of 16 bits", png_raw(SIZE, packed, depth=16, colour=2), 1.0)
    one = Image.fromarray(pixels).convert("1")
    for kind in ("PNG", "TIFF", "BMP"):
        yield row(f"F17 {kind} of 1 bit", saved(one, kind), (Code.LOW_CONTRAST,))
    palette = Image.fromarray(pixels).convert("P")
    for kind in ("PNG", "TIFF", "BMP"):
        yield same(f"F17 {kind} with palette", saved(palette, kind))


def floats() -> Iterator[Row]:
    """F18."""
    pixels = GOOD().astype(np.float32)
    for name, values in {
        "0 to 1": pixels / 255,
        "0 to 65535": pixels * 257,
        "negative": pixels - 1000,
        "1e38": pixels * np.float32(1e36),
    }.items():
        yield same(f"F18 {name}", tiff_of(values.astype(np.float32)))
    for name, bad in {"one NaN": np.nan, "one infinity": np.inf, "minus infinity": -np.inf}.items():
        values = pixels.copy()
        values[100, 100] = bad
        yield row(f"F18 {name}", tiff_of(values), Code.BAD_PIXEL_VALUES)
    yield row("F18 all NaN", tiff_of(np.full_like(pixels, np.nan)), Code.BAD_PIXEL_VALUES)
    wide = (pixels.astype(np.float64) / 127.5 - 1) * 1.75e308
    yield same("F18 wider than a float64", tiff_of(wide))


def colours() -> Iterator[Row]:
    """F19."""
    pixels = GOOD()
    grey = Image.fromarray(pixels)
    cmyk = grey.convert("RGB").convert("CMYK")
    yield same("F19 jpeg CMYK", saved(cmyk, "JPEG", quality=90), LOSSY)
    yield same("F19 jpeg YCCK", _ycck(pixels), LOSSY)
    yield same("F19 tiff CMYK", saved(cmyk, "TIFF"), 1.0)
    flat = (Code.TRANSPARENCY_FLATTENED,)
    tint = np.dstack([pixels * 0.9, pixels, np.minimum(pixels * 1.1, 255.0)]).astype(np.uint8)
    yield same("F19 tinted", saved(tint, "PNG"), 5.0, (Code.COLOUR_IMAGE,))
    opaque = np.full_like(pixels, 255)
    rgb = [pixels] * 3
    yield same("F19 opaque", saved(np.dstack([*rgb, opaque]), "PNG"))
    yield same("F19 opaque WebP", saved(np.dstack([*rgb, opaque]), "WEBP", lossless=True))
    # Under clear pixels lies white, which no viewer shows.
    framed, clear = np.array(pixels), np.array(opaque)
    framed[:20], clear[:20] = 255, 0
    shown = np.array(pixels)
    shown[:20] = 0
    for name, data in {
        "RGBA": saved(np.dstack([framed, framed, framed, clear]), "PNG"),
        "RGBA TIFF": saved(np.dstack([framed, framed, framed, clear]), "TIFF"),
        "RGBA WebP": saved(np.dstack([framed] * 3 + [clear]), "WEBP", lossless=True, exact=True),
        "LA": saved(Image.fromarray(np.dstack([framed, clear]), "LA"), "PNG"),
        "palette": _clear_palette(framed, clear),
    }.items():
        yield Row(
            id=f"F19 {name}",
            make=lambda data=data: data,
            answers=(flat,),
            twin=lambda: shown,
            within=0.5,
        )  # type: ignore[misc]
    faint = np.dstack([*rgb, np.full_like(pixels, 128)])
    yield Row(
        id="F19 half clear",
        make=lambda: saved(faint, "PNG"),
        answers=(flat,),
        twin=half,
        within=1.0,
    )
    gone = np.dstack([*rgb, np.zeros_like(pixels)])
    yield row("F19 all clear", saved(gone, "PNG"), Code.NOT_A_CHEST_FILM)


def _ycck(pixels: NDArray[np.uint8]) -> bytes:
    """YCCK: Pillow writes CMYK inverted, as Adobe does; the mark is changed afterwards.

    Stored are Y = 255 - grey, Cb = Cr = 128, K = 255: the decoder makes of Y the three inks
    255 - Y and Pillow inverts all four, so C = M = Y = 255 - grey and K = 0.
    """
    middle, full = np.full_like(pixels, 127), np.zeros_like(pixels)
    inks = Image.fromarray(np.dstack([pixels, middle, middle, full]), "CMYK")
    data = saved(inks, "JPEG", quality=95)
    at = data.index(b"Adobe") + 11
    return data[:at] + b"\x02" + data[at + 1 :]


def _clear_palette(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> bytes:
    """Palette of greys whose entry 1 is clear."""
    indices = np.where(alpha == 0, 1, np.where(pixels == 1, 2, pixels)).astype(np.uint8)
    picture = Image.fromarray(indices).convert("P")
    return saved(picture, "PNG", transparency=1)


def orientations() -> Iterator[Row]:
    """F20."""
    ways = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = Image.fromarray(GOOD())
    for orientation, way in ways.items():
        stored = upright if way is None else upright.transpose(way)
        exif = Image.Exif()
        exif[0x0112] = orientation
        yield same(f"F20 png {orientation}", saved(stored, "PNG", exif=exif))
        yield same(
            f"F20 tiff {orientation}", tiff_of(np.asarray(stored), extra={274: (3, (orientation,))})
        )
        lossy = saved(stored, "JPEG", quality=90, exif=exif)
        yield same(f"F20 jpeg {orientation}", lossy, LOSSY)
        webp = saved(stored.convert("RGB"), "WEBP", lossless=True, exif=exif)
        yield same(f"F20 webp {orientation}", webp)
    for odd in (0, 9, 65_535):
        segment = (0xE1, b"Exif\0\0" + exif_raw(odd))
        yield same(f"F20 jpeg {odd}", jpeg_edit(good("jpeg"), segment), LOSSY)
        yield same(f"F20 tiff {odd}", tiff_of(GOOD(), extra={274: (3, (odd,))}))


def blanks() -> Iterator[Row]:
    """F21, as far as it needs no model."""
    for grey in (0, 77, 255):
        blank = np.full((HEIGHT, WIDTH), grey, dtype=np.uint8)
        yield row(f"F21 one grey {grey}", png_of(blank), Code.NOT_A_CHEST_FILM)
    grey_jpeg = saved(np.full((HEIGHT, WIDTH), 128, dtype=np.uint8), "JPEG")
    yield row("F21 one grey 128 as jpeg", grey_jpeg, Code.NOT_A_CHEST_FILM)
    flat = (100 + GOOD() // 16).astype(np.uint8)
    yield row("F21 almost flat", png_of(flat), (Code.LOW_CONTRAST,))


def rows() -> list[Row]:
    """All of them."""
    families = (depths, floats, colours, orientations, blanks)
    return [made for family in families for made in family()]
