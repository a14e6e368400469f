"""Bytes to film: JPEG, PNG, WebP, TIFF and BMP, recognized by content."""

from types import MappingProxyType
from typing import Final, TypeVar

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging import samples, scan
from cxr_app.imaging.colour import Grey, grey_of_picture
from cxr_app.imaging.film import Facts, Film, Format
from cxr_app.imaging.orientation import turn_upright
from cxr_app.imaging.plugin import open_picture, translated
from cxr_app.imaging.signature import sniff
from cxr_app.imaging.size import Size, check_size
from cxr_app.imaging.structure import bmp, jpeg, png, tiff, webp
from cxr_app.imaging.structure.layout import Layout
from cxr_app.limits import MIB, Limits

__all__ = ["decode", "make_film"]

L = TypeVar("L", bound=Layout)

_SIZES: Final = MappingProxyType(
    {
        Format.JPEG: jpeg.read_size,
        Format.PNG: png.read_size,
        Format.WEBP: webp.read_size,
        Format.TIFF: tiff.read_size,
        Format.BMP: bmp.read_size,
    }
)


def decode(data: bytes, limits: Limits) -> Film:
    """Make a film of a file's bytes.

    The stages stand in the order that decides the code: bytes, signature, declared size,
    structure, frames, pixels, values.

    Parameters
    ----------
    data : bytes
        The whole file; its name is not asked.
    limits : Limits
        Caps, checked before memory is taken.

    Returns
    -------
    Film

    Raises
    ------
    Rejected
        `empty`, `too_large_bytes`, `unsupported_format`, `not_an_image`, `too_many_pixels`,
        `too_small`, `truncated`, `corrupt`, `multi_frame`, `too_large_unpacked`,
        `bad_pixel_values`. No other exception leaves this function, whatever the bytes.
    """
    if not data:
        raise Rejected(Code.EMPTY)
    if len(data) > limits.max_bytes:
        raise Rejected(Code.TOO_LARGE_BYTES, max=f"{limits.max_bytes / MIB:.3g}")
    found = sniff(data)
    size = _SIZES[found](data)
    check_size(size, limits)
    if found is Format.TIFF:
        page = tiff.read_layout(data)
        grey = samples.read_grey(data, page, limits)
        return make_film(grey, found, page.orientation)
    layout, grey = _decode_picture(data, found, size, limits)
    return make_film(grey, found, layout.orientation, layout.warnings)


def make_film(grey: Grey, found: Format, orientation: int, warnings: tuple[Code, ...] = ()) -> Film:
    """Turn grey pixels upright and state what is known of them."""
    pixels = turn_upright(grey.pixels, orientation)
    height, width = pixels.shape
    order = list(Code)
    return Film(
        pixels=pixels,
        depth=grey.depth,
        facts=Facts(format=found, width=width, height=height),
        warnings=tuple(sorted({*grey.warnings, *warnings}, key=order.index)),
    )


def _decode_picture(data: bytes, found: Format, size: Size, limits: Limits) -> tuple[Layout, Grey]:
    """Read the structure, then decode, of the formats whose pixels Pillow reads."""

    def checked(layout: L) -> L:
        if size.width * size.height * layout.pixel_bytes > limits.max_unpacked:
            raise Rejected(Code.TOO_LARGE_UNPACKED)
        return layout

    layout: Layout
    match found:
        case Format.JPEG:
            layout = whole = checked(jpeg.read_layout(data))
            picture = scan.open_jpeg(whole, size)
        case Format.PNG:
            layout = checked(png.read_layout(data))
            try:
                picture = open_picture(layout.clean, found, size)
            except Rejected as error:
                if error.code is Code.CORRUPT and png.ends_early(layout.clean):
                    raise Rejected(Code.TRUNCATED) from error
                raise
        case Format.WEBP:
            layout = checked(webp.read_layout(data))
            picture = open_picture(layout.clean, found, size)
        case _:
            layout = checked(bmp.read_layout(data))
            picture = open_picture(layout.clean, found, size)
    with translated():
        return layout, grey_of_picture(picture, layout.declared_max)
