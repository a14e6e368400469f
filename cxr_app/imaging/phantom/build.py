"""How one drawn child differs from the next."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cxr_app.imaging.phantom.canvas import Plane, smooth_curve

__all__ = ["Build", "arm"]

# Inner half-width of the rib cage by height: (y, half-width).
CAGE = (
    (0.150, 0.110), (0.190, 0.170), (0.240, 0.215), (0.320, 0.265), (0.430, 0.310),
    (0.560, 0.342), (0.700, 0.362), (0.820, 0.368), (1.000, 0.352), (1.300, 0.330),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """The few measures that vary; 1 or 0 is the middle of each.

    Attributes
    ----------
    zoom, lean : float
        Size on the film, and slant of the spine (x for one unit of y).
    girth, heart, slope : float
        Factors: width of the cage, size of the heart, slope of the ribs.
    breath : float
        How far the diaphragm stands below its usual height.
    turn : float
        How far what lies in front is shifted across what lies behind: the child is turned a little.
    arms : tuple of two floats
        How far each elbow is raised, viewer's left first.
    sway : float
        Bend of the trachea.
    """

    zoom: float
    lean: float
    girth: float
    heart: float
    slope: float
    breath: float
    turn: float
    arms: tuple[float, float]
    sway: float

    @classmethod
    def of(cls, rng: np.random.Generator) -> Self:
        """Draw a build; the ranges keep every structure on a square film."""
        a = rng.uniform(-1, 1, 10)
        return cls(
            zoom=1 + 0.03 * a[0],
            lean=0.03 * a[1],
            girth=1 + 0.05 * a[2],
            heart=1 + 0.07 * a[3],
            slope=1 + 0.18 * a[4],
            breath=0.022 * a[5],
            arms=(0.09 * a[6], 0.09 * a[7]),
            sway=0.006 * a[8],
            turn=0.014 * a[9],
        )

    def cage(self, y: Plane | NDArray[np.float64]) -> NDArray[np.float64]:
        """Half-width of the rib cage at each height, in the shape of `y`."""
        curve = smooth_curve(CAGE)
        return np.interp(y, curve[:, 0], curve[:, 1]) * self.girth


def arm(raised: float) -> list[tuple[float, float]]:
    """Points of the viewer's right arm below the shoulder, on past the edge of a wide film."""
    return [(0.56, 0.40 - raised), (0.68, 0.58 - 2 * raised), (0.90, 0.90 - 4 * raised)]
