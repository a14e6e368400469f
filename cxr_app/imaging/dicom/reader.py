"""DICOM bytes to the picture that a viewer shows."""

import re
import zlib
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code, in_order
from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.checks import check_kind, check_pictures, shape_of
from cxr_app.imaging.dicom.display import DisplayTransform, Window, show
from cxr_app.imaging.dicom.header import Header
from cxr_app.imaging.dicom.pixels import READ, Shape, Stored, stored_values
from cxr_app.imaging.dicom.settings import Settings, read_settings
from cxr_app.imaging.dicom.syntax import (
    DEFLATED,
    Encoding,
    Opening,
    encoding_of,
    looks_like_dicom,
    open_file,
    syntax_name,
)
from cxr_app.imaging.dicom.terms import LATERAL_CODES, LATERAL_VIEWS, VIEWS
from cxr_app.imaging.dicom.walk import Layout, walk
from cxr_app.imaging.size import check_size, check_unpacked
from cxr_app.imaging.spacing import Spacing, choose_spacing
from cxr_app.limits import Limits

__all__ = ["DicomFilm", "Parts", "read_dicom", "take_apart"]

AGE: Final = re.compile(r"(\d{1,3})([DWMY])")  # PS3.5, 6.2: nnnD, nnnW, nnnM or nnnY; some write 5Y
DAY: Final = re.compile(r"\d{8}", re.ASCII)  # YYYYMMDD
OLDEST: Final = 130.0  # years; more is no age
YEARS: Final = {"D": 1 / 365.25, "W": 7 / 365.25, "M": 1 / 12, "Y": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class DicomFilm:
    """A film as a viewer shows it, and what its header says; never whose it is.

    Attributes
    ----------
    display : ndarray, uint8 [rows, columns]
        Bone white. Read-only.
    stored : ndarray, uint8, uint16, int8 or int16 [rows, columns]
        Stored values without what is above Bits Stored, with their sign. Read-only.
    transform : DisplayTransform
        How the one came from the other.
    windows : tuple of Window
        All usable windows of the file.
    spacing : Spacing or None
        Distance of rows and of columns, and where it holds.
    view, laterality, sex, modality : str or None
        Defined terms only.
    age_years : float or None
    depth : 8 or 16
        Bits of a stored value: 8 for up to eight bits, else 16.
    warnings : tuple of Code
        In the order of `Code`.
    """

    display: NDArray[np.uint8]
    stored: NDArray[Any]
    transform: DisplayTransform
    windows: tuple[Window, ...]
    spacing: Spacing | None
    view: str | None
    laterality: str | None
    sex: str | None
    modality: str | None
    age_years: float | None
    depth: Literal[8, 16]
    warnings: tuple[Code, ...]

    def __post_init__(self) -> None:
        """Set the pixels read-only."""
        self.display.flags.writeable = False
        self.stored.flags.writeable = False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Parts:
    """A file taken apart; nothing of it is read yet.

    Attributes
    ----------
    data : bytes
        The data set at its place, inflated where it was deflated.
    opening : Opening
    encoding : Encoding
    layout : Layout
    """

    data: bytes
    opening: Opening
    encoding: Encoding
    layout: Layout

    @property
    def header(self) -> bytes:
        """The data set up to its pixels."""
        return self.data[self.opening.start : self.layout.header_end]


def read_dicom(data: bytes, limits: Limits) -> DicomFilm:
    """Decode a DICOM file.

    The stages stand in the order that decides the code: bytes, structure, kind, pictures,
    transfer syntax, shape, size, pixels, values.

    Parameters
    ----------
    data : bytes
        The whole file.
    limits : Limits
        Caps, checked before memory is taken.

    Raises
    ------
    Rejected
        `not_an_image`, `too_many_pixels`, `too_small`, `truncated`, `corrupt`, `multi_frame`,
        `too_large_unpacked`, `bad_pixel_values` and all of `dicom_...`. No other exception
        leaves this function, whatever the bytes.
    """
    parts = take_apart(data, limits)
    header = Header(parts.data, parts.layout.values)
    has_pixels = bool(parts.layout.fragments) or parts.layout.is_encapsulated
    check_kind(header, storage=parts.opening.storage, has_pixels=has_pixels)
    check_pictures(header)
    if parts.opening.syntax not in READ:
        raise _unsupported(parts.opening.syntax)
    shape = shape_of(header)
    check_size(shape.size, limits)
    check_unpacked(shape.size, shape.allocated // 8, limits)
    return _film(header, _pixels(parts, shape, limits))


def take_apart(data: bytes, limits: Limits) -> Parts:
    """Find a file's header and pixels, by their ends alone.

    Raises
    ------
    Rejected
        `not_an_image`, `truncated`, `corrupt`, `too_large_unpacked`, `dicom_bad_header`,
        `dicom_unsupported_syntax` where a syntax that is unknown cannot be walked either.
    """
    if not looks_like_dicom(data):
        raise Rejected(Code.NOT_AN_IMAGE)
    opening = open_file(data)
    if opening.start >= len(data):
        raise Rejected(Code.TRUNCATED)
    if opening.syntax == DEFLATED:
        data, opening = _inflated(data[opening.start :], limits), _at_zero(opening)
    encoding = encoding_of(opening.syntax, data, opening.start)
    try:
        layout = walk(data, opening.start, encoding)
    except Rejected:
        if opening.syntax not in READ:
            raise _unsupported(opening.syntax) from None
        raise
    return Parts(data=data, opening=opening, encoding=encoding, layout=layout)


def _at_zero(opening: Opening) -> Opening:
    return Opening(start=0, syntax=opening.syntax, storage=opening.storage)


def _inflated(packed: bytes, limits: Limits) -> bytes:
    """Inflate a data set: PS3.5, A.5."""
    inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        data = inflater.decompress(packed, limits.max_unpacked + 1)
    except zlib.error:
        raise Rejected(Code.CORRUPT) from None
    if len(data) > limits.max_unpacked:
        raise Rejected(Code.TOO_LARGE_UNPACKED)
    if not inflater.eof:
        raise Rejected(Code.TRUNCATED)
    return data


def _unsupported(syntax: str) -> Rejected:
    return Rejected(Code.DICOM_UNSUPPORTED_SYNTAX, name=syntax_name(syntax))


def _pixels(parts: Parts, shape: Shape, limits: Limits) -> Stored:
    return stored_values(
        parts.data,
        parts.layout,
        syntax=parts.opening.syntax,
        encoding=parts.encoding,
        shape=shape,
        limits=limits,
    )


def _film(header: Header, stored: Stored) -> DicomFilm:
    is_signed = stored.values.dtype.kind == "i"
    settings = read_settings(header, is_signed=is_signed)
    display = show(stored.values, settings.transform, modality=settings.modality, voi=settings.voi)
    return DicomFilm(
        display=display,
        stored=stored.values,
        transform=settings.transform,
        windows=settings.windows,
        spacing=_spacing(header),
        view=_one_of(header.term("ViewPosition"), VIEWS),
        laterality=_laterality(header),
        sex=_one_of(header.term("PatientSex"), frozenset("MFO")),
        modality=_one_of(header.term("Modality"), frozenset({"CR", "DX", "RG"})),
        age_years=_age(header),
        depth=8 if stored.bits <= 8 else 16,
        warnings=_warnings(header, settings),
    )


def _warnings(header: Header, settings: Settings) -> tuple[Code, ...]:
    found = list(settings.warnings)
    if header.term("PresentationIntentType") == "FOR PROCESSING":
        found.append(Code.FOR_PROCESSING)
    if _is_lateral(header):
        found.append(Code.LATERAL_VIEW)
    if header.term("BurnedInAnnotation") == "YES":
        found.append(Code.ANNOTATIONS_BURNED_IN)
    return in_order(*found)


def _is_lateral(header: Header) -> bool:
    code = header.first_item("ViewCodeSequence")
    is_coded = code is not None and code.term("CodeValue") in LATERAL_CODES
    return is_coded or header.term("ViewPosition") in LATERAL_VIEWS


def _spacing(header: Header) -> Spacing | None:
    return choose_spacing(
        header.numbers("ImagerPixelSpacing"),
        header.numbers("PixelSpacing"),
        is_calibrated=bool(header.term("PixelSpacingCalibrationType")),
    )


def _laterality(header: Header) -> str | None:
    sides = frozenset("LRB")
    image = _one_of(header.term("ImageLaterality"), sides)
    return image or _one_of(header.term("Laterality"), sides)


def _age(header: Header) -> float | None:
    """Read the age; where it is not stated, count it from birth to the study. No date is kept."""
    match = AGE.fullmatch(header.term("PatientAge"))
    if match:
        years = int(match[1]) * YEARS[match[2]]
    else:
        born, seen = (_day(header.term(name)) for name in ("PatientBirthDate", "StudyDate"))
        if born is None or seen is None or seen < born:
            return None
        years = seen.year - born.year - ((seen.month, seen.day) < (born.month, born.day))
    return years if years <= OLDEST else None


def _day(text: str) -> date | None:
    try:
        # Not by strptime, which loads a module: a confined process can load none.
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def _one_of(text: str, terms: frozenset[str]) -> str | None:
    return text if text in terms else None
