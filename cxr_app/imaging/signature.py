"""What a file is, by its first bytes: names, extensions and declared types are not trusted."""

import re
from types import MappingProxyType
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.syntax import looks_like_dicom
from cxr_app.imaging.film import Format

__all__ = ["sniff"]

READ: Final = MappingProxyType(
    {
        b"\xff\xd8\xff": Format.JPEG,
        b"\x89PNG\r\n\x1a\n": Format.PNG,
        b"II*\0": Format.TIFF,
        b"MM\0*": Format.TIFF,
        b"II+\0": Format.TIFF,  # BigTIFF
        b"MM\0+": Format.TIFF,
        b"\0\0\0\x0cjP  \r\n\x87\n": Format.JPEG_2000,
        b"\xff\x4f\xff\x51": Format.JPEG_2000,
    }
)

# Known and not read: the sentence can then name the format instead of calling it no picture.
NOT_READ: Final = MappingProxyType(
    {
        b"GIF87a": "GIF",
        b"GIF89a": "GIF",
        b"%PDF-": "PDF",
        b"PK\x03\x04": "ZIP",
        b"PK\x05\x06": "ZIP",
        b"\x1f\x8b": "gzip",
        b"BZh": "bzip2",
        b"\xfd7zXZ\0": "xz",
        b"7z\xbc\xaf\x27\x1c": "7z",
        b"Rar!\x1a\x07": "RAR",
        b"\x89HDF\r\n\x1a\n": "HDF5",
        b"8BPS": "PSD",
        b"%!PS": "EPS",
        b"\xc5\xd0\xd3\xc6": "EPS",
        b"\0\0\1\0": "ICO",
        b"DDS ": "DDS",
        b"SIMPLE  =": "FITS",
        b"\0\0\0\x0cJXL \r\n\x87\n": "JPEG XL",
        b"\xff\x0a": "JPEG XL",
        b"II\xbc\x01": "JPEG XR",
        b"\x8aMNG\r\n\x1a\n": "MNG",
        b"\x8bJNG\r\n\x1a\n": "JNG",
        b"NRRD": "NRRD",
    }
)

_UNPACK: Final = "Unpack it, and choose the films inside"
MENDS: Final = MappingProxyType(
    dict.fromkeys(("ZIP", "gzip", "bzip2", "xz", "7z", "RAR"), _UNPACK)
    | {"HEIC": "Open it in the photo app and export it as JPEG"}
)

# ISO/IEC 14496-12: bytes 4-8 are "ftyp", the brand follows.
BRANDS: Final = MappingProxyType(
    {b"avis": "AVIF sequence"}
    | dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), "HEIC")
)
BMP_HEADERS: Final = (12, 40, 52, 56, 64, 108, 124)  # sizes a BMP's second header may have
SVG: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!--|<!DOCTYPE svg|<svg)", re.IGNORECASE)
SVG_WITHIN: Final = 4096  # bytes in which the element must open


def sniff(data: bytes) -> Format:
    """Name a file's format by its content.

    Parameters
    ----------
    data : bytes
        The whole file, or at least its first 4 KiB.

    Raises
    ------
    Rejected
        `unsupported_format` with its name, or `not_an_image`.
    """
    # PS3.10, 7.1: the 128 bytes before are anything, also another format's signature.
    if data[128:132] == b"DICM":
        return Format.DICOM
    for signature, found in READ.items():
        if data.startswith(signature):
            return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Format.WEBP
    if data[4:8] == b"ftyp" and b"avif" in data[8 : min(64, int.from_bytes(data[:4], "big"))]:
        return Format.AVIF
    if _is_bmp(data):
        return Format.BMP
    unread = _name_unread(data)
    if unread:
        mend = MENDS.get(unread, "Save the film as JPEG, PNG, TIFF or DICOM")
        raise Rejected(Code.UNSUPPORTED_FORMAT, format=unread, mend=mend)
    if looks_like_dicom(data):
        return Format.DICOM
    raise Rejected(Code.NOT_AN_IMAGE)


def _is_bmp(data: bytes) -> bool:
    """Tell a BMP from a text that begins with BM: two letters are too short a signature."""
    if not data.startswith(b"BM"):
        return False
    if len(data) < 18:
        return b"\0" in data
    return int.from_bytes(data[14:18], "little") in BMP_HEADERS


def _name_unread(data: bytes) -> str:
    """Name a known format that is not read, or nothing."""
    for signature, name in NOT_READ.items():
        if data.startswith(signature):
            return name
    if data[4:8] == b"ftyp":
        return BRANDS.get(data[8:12], "MP4")
    if SVG.match(data) and b"<svg" in data[:SVG_WITHIN].lower():
        return "SVG"
    return ""
