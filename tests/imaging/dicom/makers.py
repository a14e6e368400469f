"""DICOM files, tag by tag: what stands in the bytes is written here and nowhere else."""

import struct
import zlib
from typing import Any

import imagecodecs
import numpy as np

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"
CR_CLASS = "1.2.840.10008.5.1.4.1.1.1"
LONG = frozenset("OB OW SQ UN UT OF".split())  # noqa: SIM905
SMALL = 96  # the shortest side that is not too small

# Tags by keyword, with the VR that the standard gives them.
TAGS: dict[str, tuple[int, str]] = {
    "SpecificCharacterSet": (0x00080005, "CS"),
    "ImageType": (0x00080008, "CS"),
    "SOPClassUID": (0x00080016, "UI"),
    "SOPInstanceUID": (0x00080018, "UI"),
    "StudyDate": (0x00080020, "DA"),
    "Modality": (0x00080060, "CS"),
    "PresentationIntentType": (0x00080068, "CS"),
    "CodeValue": (0x00080100, "SH"),
    "PatientName": (0x00100010, "PN"),
    "PatientID": (0x00100020, "LO"),
    "PatientBirthDate": (0x00100030, "DA"),
    "PatientSex": (0x00100040, "CS"),
    "PatientAge": (0x00101010, "AS"),
    "BodyPartExamined": (0x00180015, "CS"),
    "ImagerPixelSpacing": (0x00181164, "DS"),
    "ViewPosition": (0x00185101, "CS"),
    "Laterality": (0x00200060, "CS"),
    "ImageLaterality": (0x00200062, "CS"),
    "SamplesPerPixel": (0x00280002, "US"),
    "PhotometricInterpretation": (0x00280004, "CS"),
    "NumberOfFrames": (0x00280008, "IS"),
    "Rows": (0x00280010, "US"),
    "Columns": (0x00280011, "US"),
    "PixelSpacing": (0x00280030, "DS"),
    "PixelSpacingCalibrationType": (0x00280A02, "CS"),
    "BitsAllocated": (0x00280100, "US"),
    "BitsStored": (0x00280101, "US"),
    "HighBit": (0x00280102, "US"),
    "PixelRepresentation": (0x00280103, "US"),
    "PixelPaddingValue": (0x00280120, "US"),
    "PixelPaddingRangeLimit": (0x00280121, "US"),
    "BurnedInAnnotation": (0x00280301, "CS"),
    "WindowCenter": (0x00281050, "DS"),
    "WindowWidth": (0x00281051, "DS"),
    "RescaleIntercept": (0x00281052, "DS"),
    "RescaleSlope": (0x00281053, "DS"),
    "VOILUTFunction": (0x00281056, "CS"),
    "ModalityLUTSequence": (0x00283000, "SQ"),
    "LUTDescriptor": (0x00283002, "US"),
    "LUTData": (0x00283006, "OW"),
    "VOILUTSequence": (0x00283010, "SQ"),
    "ViewCodeSequence": (0x00540220, "SQ"),
    "PresentationLUTShape": (0x20500020, "CS"),
}


def element(tag: int, vr: str, value: bytes, syntax: str = EXPLICIT, *, length: int = -1) -> bytes:
    """One element as PS3.5, 7.1, has it; a length of its own makes it a lie."""
    order = ">" if syntax == BIG else "<"
    size = len(value) if length < 0 else length
    head = struct.pack(order + "HH", tag >> 16, tag & 0xFFFF)
    if syntax == IMPLICIT:
        return head + struct.pack(order + "I", size) + value
    if vr in LONG:
        return head + vr.encode() + b"\0\0" + struct.pack(order + "I", size) + value
    return head + vr.encode() + struct.pack(order + "H", size) + value


def item(content: bytes, syntax: str = EXPLICIT) -> bytes:
    """An item of a sequence, of defined length."""
    return struct.pack(">HHI" if syntax == BIG else "<HHI", 0xFFFE, 0xE000, len(content)) + content


def value_of(vr: str, value: Any, syntax: str) -> bytes:
    if isinstance(value, bytes):
        return value
    if vr == "SQ":
        return b"".join(item(elements(one, syntax), syntax) for one in value)
    if vr in ("US", "OW"):
        words = np.atleast_1d(value).astype(np.int64) & 0xFFFF
        return words.astype(">u2" if syntax == BIG else "<u2").tobytes()
    text = value if isinstance(value, str) else "\\".join(str(one) for one in np.atleast_1d(value))
    packed = text.encode("latin-1")
    return packed + (b"\0" if vr == "UI" else b" ") * (len(packed) % 2)


def elements(values: dict[str, Any], syntax: str = EXPLICIT) -> bytes:
    """Elements in rising order; None leaves one out."""
    found = {TAGS[name]: value for name, value in values.items() if value is not None}
    return b"".join(
        element(tag, vr, value_of(vr, value, syntax), syntax)
        for (tag, vr), value in sorted(found.items())
    )


def meta(syntax: str, storage: str = CR_CLASS) -> bytes:
    """A preamble and file meta information: PS3.10, 7.1."""
    inside = element(0x00020002, "UI", value_of("UI", storage, EXPLICIT))
    inside += element(0x00020010, "UI", value_of("UI", syntax, EXPLICIT))
    length = element(0x00020000, "UL", struct.pack("<I", len(inside)))
    return bytes(128) + b"DICM" + length + inside


def ramp(dtype: Any = np.uint16, rows: int = SMALL, columns: int = SMALL) -> Any:
    """Values 0, 1, 2 ... from the first pixel on, as many as the type holds, then again."""
    return np.arange(rows * columns).astype(dtype).reshape(rows, columns)


def native(pixels: Any, syntax: str = EXPLICIT) -> bytes:
    """Pixel values as they stand in a file that is not compressed."""
    order = ">" if syntax == BIG else "<"
    return np.ascontiguousarray(pixels).astype(pixels.dtype.newbyteorder(order)).tobytes()


def encapsulated(*fragments: bytes, end: bool = True) -> bytes:
    """An empty Basic Offset Table, fragments and their end: PS3.5, A.4."""
    parts = b"".join(item(one + b"\0" * (len(one) % 2)) for one in (b"", *fragments))
    return parts + (struct.pack("<HHI", 0xFFFE, 0xE0DD, 0) if end else b"")


def dcm(
    pixels: Any = None,
    *,
    syntax: str = EXPLICIT,
    stream: bytes | None = None,
    whole: bool = True,
    pixel_vr: str = "",
    extra: bytes = b"",
    storage: str = CR_CLASS,
    **values: Any,
) -> bytes:
    """A grey film of the chest; each value can be given, or left out by None.

    Parameters
    ----------
    pixels : ndarray, optional
        A ramp of 16 bits where not given.
    stream : bytes, optional
        Compressed pixels, in the place of native ones.
    whole : bool
        With preamble and file meta information.
    extra : bytes
        Elements between group 0028 and the pixels.
    """
    picture = ramp() if pixels is None else np.asarray(pixels)
    bits = picture.itemsize * 8
    rows, columns = picture.shape
    stated = {
        "SOPClassUID": CR_CLASS,
        "Modality": "CR",
        "BodyPartExamined": "CHEST",
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": rows,
        "Columns": columns,
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": (values.get("BitsStored") or bits) - 1,
        "PixelRepresentation": int(picture.dtype.kind == "i"),
    }
    body = elements(stated | values, syntax) + extra
    if stream is None:
        body += element(
            0x7FE00010, pixel_vr or ("OB" if bits == 8 else "OW"), native(picture, syntax), syntax
        )
    else:
        body += element(0x7FE00010, "OB", encapsulated(stream), syntax, length=0xFFFFFFFF)
    if syntax == DEFLATED:
        packer = zlib.compressobj(wbits=-15)
        body = packer.compress(body) + packer.flush()
    return meta(syntax, storage) + body if whole else body


def rle(pixels: Any) -> bytes:
    """RLE of PS3.5, G, of literal runs alone."""
    planes = np.ascontiguousarray(pixels).astype(pixels.dtype.newbyteorder(">"))
    octets = planes.reshape(-1, 1).view(np.uint8)
    segments = [_literal(octets[:, index].tobytes()) for index in range(octets.shape[1])]
    offsets = [64 + sum(map(len, segments[:index])) for index in range(len(segments))]
    header = [len(segments), *offsets] + [0] * (15 - len(segments))
    return struct.pack("<16I", *header) + b"".join(segments)


def _literal(plane: bytes) -> bytes:
    runs = [plane[start : start + 128] for start in range(0, len(plane), 128)]
    packed = b"".join(bytes([len(run) - 1]) + run for run in runs)
    return packed + b"\0" * (len(packed) % 2)


def smooth(bits, rows=SMALL, columns=128):
    """A ramp that cosines keep nearly as it is."""
    step = (2**bits - 1) / (rows + columns)
    values = np.add.outer(np.arange(rows), np.arange(columns)) * step
    return values.astype(np.uint8 if bits <= 8 else np.uint16)


def j2k(pixels, **options):
    return bytes(
        imagecodecs.jpeg2k_encode(pixels, level=0, reversible=True, codecformat="j2k", **options)
    )
