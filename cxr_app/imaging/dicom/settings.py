"""The display settings of a header, and what is unusable among them."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from cxr_app.codes import Code
from cxr_app.imaging.dicom.display import DisplayTransform, Function, LookupTable, Window
from cxr_app.imaging.dicom.header import Header

__all__ = ["Settings", "read_settings"]

MOST_WINDOWS: Final = 16  # a menu of more helps nobody
FULL_TABLE: Final = 2**16  # entries; a number of 16 bits cannot say it, so 0 does


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the file wants to be shown.

    Attributes
    ----------
    transform : DisplayTransform
    modality, voi : LookupTable or None
    windows : tuple of Window
        All usable windows of the file; the first one is the transform's where it shows the film.
    warnings : tuple of Code
        `display_values_repaired` where something was unusable and left out.
    """

    transform: DisplayTransform
    modality: LookupTable | None
    voi: LookupTable | None
    windows: tuple[Window, ...] = ()
    warnings: tuple[Code, ...] = ()


def read_settings(header: Header, *, is_signed: bool) -> Settings:
    """Read what the Modality LUT, VOI LUT and Presentation LUT modules say.

    PS3.3, C.11.1, C.11.2, C.11.6 and C.7.5.1.1.2.

    Parameters
    ----------
    header : Header
    is_signed : bool
        Stored values are.
    """
    modality, is_bad_modality = _table(header, "ModalityLUTSequence", is_signed=is_signed)
    slope, intercept, is_bad_rescale = 1.0, 0.0, False
    if modality is None:
        slope, intercept, is_bad_rescale = _rescale(header)
    # The first value of a VOI LUT is signed as what comes into it: PS3.3, C.11.2.1.1.
    lowest_in = is_signed if modality is None else False
    may_be_negative = lowest_in or (modality is None and min(slope, intercept) < 0)
    voi, is_bad_voi = _table(header, "VOILUTSequence", is_signed=may_be_negative)
    window = _window(header.number("WindowCenter"), header.number("WindowWidth"), header)
    window = window if voi is None else None
    has_window = header.has("WindowCenter") or header.has("WindowWidth")
    is_bad_window = voi is None and window is None and (has_window or is_bad_voi)
    transform = DisplayTransform(
        slope=slope,
        intercept=intercept,
        window_centre=window.centre if window else None,
        window_width=window.width if window else None,
        window_function=window.function if window else Function.LINEAR,
        inverted=is_inverted(header),
        padding=_padding(header, is_signed=is_signed),
    )
    is_repaired = is_bad_modality or is_bad_rescale or is_bad_window
    warnings = (Code.DISPLAY_VALUES_REPAIRED,) if is_repaired else ()
    return Settings(
        transform=transform,
        modality=modality,
        voi=voi,
        windows=_windows(header),
        warnings=warnings,
    )


def is_inverted(header: Header) -> bool:
    """Tell whether the lowest value is shown white: PS3.3, C.7.6.3.1.2 and C.11.6.1.2.

    INVERSE says of MONOCHROME1 what that says itself, so that both together invert once.
    """
    is_first = header.term("PhotometricInterpretation") == "MONOCHROME1"
    return is_first or header.term("PresentationLUTShape") == "INVERSE"


def _rescale(header: Header) -> tuple[float, float, bool]:
    """Give slope, intercept and whether they were unusable."""
    slope, intercept = header.number("RescaleSlope"), header.number("RescaleIntercept")
    slope = 1.0 if slope is None else slope
    intercept = 0.0 if intercept is None else intercept
    if slope == 0 or not math.isfinite(slope) or not math.isfinite(intercept):
        return 1.0, 0.0, True
    return slope, intercept, False


def _windows(header: Header) -> tuple[Window, ...]:
    """Give all usable windows; what a file calls them is free text, and left behind."""
    pairs = zip(header.numbers("WindowCenter"), header.numbers("WindowWidth"), strict=False)
    found = (_window(centre, width, header) for centre, width in pairs)
    return tuple(window for window in found if window is not None)[:MOST_WINDOWS]


def _window(centre: float | None, width: float | None, header: Header) -> Window | None:
    """Give a window, or None where it is not usable."""
    name = header.term("VOILUTFunction") or Function.LINEAR
    if centre is None or width is None or name not in list(Function):
        return None
    function = Function(name)
    is_wide_enough = width >= 1 if function is Function.LINEAR else width > 0
    if not math.isfinite(centre) or not math.isfinite(width) or not is_wide_enough:
        return None
    return Window(centre=centre, width=width, function=function)


def _table(header: Header, keyword: str, *, is_signed: bool) -> tuple[LookupTable | None, bool]:
    """Read a lookup table's first item; and whether there is one that is unusable."""
    if not header.has(keyword):
        return None, False
    item = header.first_item(keyword)
    if item is None:
        return None, True
    descriptor = item.words("LUTDescriptor")
    if descriptor.size != 3:
        return None, True
    count, first, bits = (int(word) for word in descriptor)
    count = count or FULL_TABLE
    entries = item.words("LUTData")
    if bits == 8 and entries.size == (count + 1) // 2 and count > 1:  # two to a word
        entries = item.packed("LUTData").astype(np.uint16)
    if not 8 <= bits <= 16 or entries.size < count:
        return None, True
    if is_signed and first >= 2**15:
        first -= 2**16
    # Bits above those of an entry mean nothing.
    meant = entries[:count] & np.uint16(2**bits - 1)
    return LookupTable(first=first, entries=meant, bits=bits), False


def _padding(header: Header, *, is_signed: bool) -> tuple[int, int] | None:
    """Give the range of Pixel Padding Value to Pixel Padding Range Limit, whichever is lower."""
    ends = []
    for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit"):
        words = header.words(keyword)
        if words.size:
            word = int(words[0])
            ends.append(word - 2**16 if is_signed and word >= 2**15 else word)
        elif not ends:
            return None
    return min(ends), max(ends)
