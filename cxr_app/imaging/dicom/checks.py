"""Whether a header is that of one grey radiograph of the chest, and its pixels' shape."""

import re
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.header import Header
from cxr_app.imaging.dicom.pixels import Shape
from cxr_app.imaging.dicom.terms import CHEST, MODALITIES, PARTS

__all__ = ["check_kind", "check_pictures", "shape_of"]

RADIOGRAPHS: Final = frozenset({"CR", "DX", "RG"})
# PS3.4, B.5: Computed Radiography, and Digital X-Ray for presentation and for processing.
RADIOGRAPH_CLASSES: Final = frozenset(
    f"1.2.840.10008.5.1.4.1.1.{name}" for name in ("1", "1.1", "1.1.1")
)
DIRECTORY: Final = "1.2.840.10008.1.3.10"
# Reports (88.*) and presentation states (11.*), which may hold a picture that is not theirs.
NO_PICTURES: Final = ("1.2.840.10008.5.1.4.1.1.88.", "1.2.840.10008.5.1.4.1.1.11.")
GREY: Final = frozenset({"MONOCHROME1", "MONOCHROME2"})
WORD: Final = re.compile("[A-Z]+")


def check_kind(header: Header, *, storage: str, has_pixels: bool) -> None:
    """Refuse what is no radiograph of the chest.

    Parameters
    ----------
    header : Header
    storage : str
        Media Storage SOP Class UID of the file meta information.
    has_pixels : bool

    Raises
    ------
    Rejected
        `dicom_no_pixels`, `dicom_wrong_modality`, `dicom_wrong_body_part`.
    """
    sop_class = header.term("SOPClassUID") or storage
    if not has_pixels or sop_class == DIRECTORY or sop_class.startswith(NO_PICTURES):
        raise Rejected(Code.DICOM_NO_PIXELS)
    modality = header.term("Modality")
    if modality not in RADIOGRAPHS and (modality or sop_class not in RADIOGRAPH_CLASSES):
        kind = MODALITIES.get(modality, "another kind of picture")
        raise Rejected(Code.DICOM_WRONG_MODALITY, modality=kind)
    part = header.term("BodyPartExamined")
    if part and CHEST.isdisjoint(WORD.findall(part)):
        name = PARTS.get(part, "another part of the body")
        raise Rejected(Code.DICOM_WRONG_BODY_PART, part=name)


def check_pictures(header: Header) -> None:
    """Refuse what is not one grey picture: PS3.3, C.7.6.3.1 and C.7.6.6.

    Raises
    ------
    Rejected
        `dicom_colour`, `multi_frame`, `dicom_bad_header`.
    """
    samples = header.integer("SamplesPerPixel")
    kind = header.term("PhotometricInterpretation")
    if (samples or 1) > 1 or (kind and kind not in GREY):
        raise Rejected(Code.DICOM_COLOUR)
    if not kind:
        raise Rejected(Code.DICOM_BAD_HEADER)
    frames = header.integer("NumberOfFrames") or 1
    if frames > 1:
        raise Rejected(Code.MULTI_FRAME, n=frames)


def shape_of(header: Header) -> Shape:
    """Read the pixels' shape: PS3.3, C.7.6.3, and PS3.5, 8.1.1.

    A missing High Bit is the one below Bits Stored, and missing Bits Stored are Bits Allocated.

    Raises
    ------
    Rejected
        `dicom_bad_header` where it is missing or contradicts itself.
    """
    rows, columns = header.integer("Rows"), header.integer("Columns")
    allocated = header.integer("BitsAllocated")
    if not rows or not columns or allocated not in (8, 16) or min(rows, columns) < 0:
        raise Rejected(Code.DICOM_BAD_HEADER)
    stored = header.integer("BitsStored")
    stored = allocated if stored is None else stored
    high_bit = header.integer("HighBit")
    high_bit = stored - 1 if high_bit is None else high_bit
    sign = header.integer("PixelRepresentation") or 0
    if not 1 <= stored <= high_bit + 1 <= allocated or sign not in (0, 1):
        raise Rejected(Code.DICOM_BAD_HEADER)
    return Shape(
        rows=rows,
        columns=columns,
        allocated=allocated,
        stored=stored,
        high_bit=high_bit,
        is_signed=sign == 1,
    )
