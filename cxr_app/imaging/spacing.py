"""How far apart the pixels of a film are, and where: PS3.3, 10.7.1.3."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Spacing", "SpacingKind", "choose_spacing"]


class SpacingKind(StrEnum):
    """Where a spacing holds.

    A chest lies in front of the detector and is magnified on it, so a distance measured at the
    detector is longer than in the body.
    """

    DETECTOR = "detector"  # Imager Pixel Spacing, or a Pixel Spacing that equals it
    CALIBRATED = "calibrated"  # Pixel Spacing, and the file says by what it was calibrated
    UNSTATED = "unstated"  # Pixel Spacing alone: the file does not say which of the two


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacing:
    """Distance of neighbouring pixels.

    Attributes
    ----------
    row_mm, column_mm : float
        Between the centres of two rows, and of two columns. Above 0.
    kind : SpacingKind

    Raises
    ------
    ValueError
        For a distance that is not above 0, or infinite.
    """

    row_mm: float
    column_mm: float
    kind: SpacingKind

    def __post_init__(self) -> None:
        """Check both distances."""
        if not _is_usable((self.row_mm, self.column_mm)):
            raise ValueError(
                f"a spacing must be above 0 mm. Got {self.row_mm} and {self.column_mm} instead."
            )


def choose_spacing(
    imager: Sequence[float], pixel: Sequence[float], *, is_calibrated: bool
) -> Spacing | None:
    """Choose between the spacings that a header states.

    Parameters
    ----------
    imager, pixel : sequence of float
        Imager Pixel Spacing and Pixel Spacing, of rows and of columns; empty where absent.
    is_calibrated : bool
        Whether the header has a Pixel Spacing Calibration Type.

    Returns
    -------
    Spacing or None
        None where neither is usable. A Pixel Spacing that differs from Imager Pixel Spacing
        counts only where the file says by what it was calibrated.
    """
    if _is_usable(pixel) and is_calibrated:
        return Spacing(row_mm=pixel[0], column_mm=pixel[1], kind=SpacingKind.CALIBRATED)
    if _is_usable(imager):
        return Spacing(row_mm=imager[0], column_mm=imager[1], kind=SpacingKind.DETECTOR)
    if _is_usable(pixel):
        return Spacing(row_mm=pixel[0], column_mm=pixel[1], kind=SpacingKind.UNSTATED)
    return None


def _is_usable(distances: Sequence[float]) -> bool:
    return len(distances) == 2 and all(math.isfinite(one) and one > 0 for one in distances)
