"""Bytes to film, in any of the formats that are read, recognised by content."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.avif import avif_size
from cxr_app.imaging.colour import Grey, grey_of_picture
from cxr_app.imaging.dicom.reader import read_dicom
from cxr_app.imaging.film import Film, Format
from cxr_app.imaging.header import bmp_size, webp_size
from cxr_app.imaging.jpeg import read_jpeg
from cxr_app.imaging.jpeg2000 import read_jpeg2000
from cxr_app.imaging.picture import Picture, Stated
from cxr_app.imaging.pillow import open_picture, orientation_of, translated
from cxr_app.imaging.png import read_png
from cxr_app.imaging.signature import sniff
from cxr_app.imaging.size import Size, check_size, check_unpacked
from cxr_app.imaging.stored import StoredFilm, stored_in_dicom, stored_in_picture
from cxr_app.imaging.tiff import read_tiff
from cxr_app.limits import MIB, Limits

__all__ = ["decode", "decode_stored"]


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

    Raises
    ------
    Rejected
        `empty`, `too_large_bytes`, `unsupported_format`, `not_an_image`, `too_many_pixels`,
        `too_small`, `truncated`, `corrupt`, `dicom_...`, `multi_frame`, `too_large_unpacked`,
        `bad_pixel_values`. No other exception leaves this function, whatever the bytes.
    """
    found = _format(data, limits)
    with translated():
        return _READERS[found](data, limits).film(found)


def decode_stored(data: bytes, limits: Limits) -> StoredFilm:
    """Give the values that a file stores, and how they are shown.

    Raises
    ------
    Rejected
        As `decode`.
    """
    found = _format(data, limits)
    with translated():
        if found is Format.DICOM:
            return stored_in_dicom(read_dicom(data, limits))
        return stored_in_picture(_READERS[found](data, limits))


def _format(data: bytes, limits: Limits) -> Format:
    if not data:
        raise Rejected(Code.EMPTY)
    if len(data) > limits.max_bytes:
        raise Rejected(Code.TOO_LARGE_BYTES, max=f"{limits.max_bytes / MIB:.3g}")
    return sniff(data)


def _read_dicom(data: bytes, limits: Limits) -> Picture:
    film = read_dicom(data, limits)
    return Picture(
        grey=Grey(pixels=film.display, depth=film.depth),
        warnings=film.warnings,
        stated=Stated(
            view=film.view,
            laterality=film.laterality,
            age_years=film.age_years,
            sex=film.sex,
            modality=film.modality,
        ),
    )


def _read_webp(data: bytes, limits: Limits) -> Picture:
    return _by_pillow(data, Format.WEBP, webp_size(data), limits)


def _read_bmp(data: bytes, limits: Limits) -> Picture:
    return _by_pillow(data, Format.BMP, bmp_size(data), limits)


def _read_avif(data: bytes, limits: Limits) -> Picture:
    return _by_pillow(data, Format.AVIF, avif_size(data), limits)


def _by_pillow(data: bytes, found: Format, size: Size, limits: Limits) -> Picture:
    check_size(size, limits)
    check_unpacked(size, 4, limits)
    picture = open_picture(data, found, size)
    with translated():
        grey = grey_of_picture(picture)
    return Picture(grey=grey, orientation=orientation_of(picture))


_READERS: Final[Mapping[Format, Callable[[bytes, Limits], Picture]]] = MappingProxyType(
    {
        Format.JPEG: read_jpeg,
        Format.PNG: read_png,
        Format.WEBP: _read_webp,
        Format.TIFF: read_tiff,
        Format.BMP: _read_bmp,
        Format.DICOM: _read_dicom,
        Format.JPEG_2000: read_jpeg2000,
        Format.AVIF: _read_avif,
    }
)
