"""The drawing surface: anatomical coordinates, and the few solids that all parts are made of.

Coordinates are (x, y) in units of the film's short side. x is 0 on the midline and grows to the
viewer's right, which is the patient's left; y grows downward, 0 and 1 are the upper and lower edge
of a square film. Depth, along the beam, is in the same unit: a plane holds, for each pixel, how
much of one material the beam has met.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

__all__ = ["Canvas", "Plane", "Points", "Tube", "blur", "ramp", "smooth_curve"]

Plane: TypeAlias = NDArray[
    np.float32
]  # [height, width], or [height, 1] where all columns are alike
Points: TypeAlias = NDArray[np.float64]  # [n, 2], each (x, y)

Float = TypeVar("Float", np.float32, np.float64)

THINNEST_PX = 0.8  # a thinner tube would fall between the pixel centers and break into dots


@dataclass(frozen=True, slots=True, kw_only=True)
class Tube:
    """A round bar along a line: a rib, a vessel, an airway.

    Attributes
    ----------
    line : ndarray, float64 [n, 2]
        (x, y) of its axis.
    radii : ndarray, float64 [n]
        Radius at each point, above 0.
    weights : ndarray, float64 [n]
        What the depth at each point is multiplied by: density, or the slant of the beam.
    marrow : float
        0 for a solid bar; else how much lighter than its wall the inner 70 % are, up to 1.
    """

    line: Points
    radii: NDArray[np.float64]
    weights: NDArray[np.float64]
    marrow: float = 0.0

    @classmethod
    def along(cls, line: Points, *radii: float, weight: float = 1.0, marrow: float = 0.0) -> Self:
        """Make a tube of one density; the radii stand at equal steps from end to end."""
        steps = np.linspace(0, 1, len(radii))
        each = np.interp(np.linspace(0, 1, len(line)), steps, radii)
        return cls(line=line, radii=each, weights=np.full(len(line), weight), marrow=marrow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Where each pixel lies in the anatomy.

    Attributes
    ----------
    unit_px : float
        Pixels in one unit of length.
    lean : float
        How far x shifts for one unit of y: a child seldom stands upright.
    x : ndarray, float32 [height, width]
    y : ndarray, float32 [height, 1]
    """

    unit_px: float
    lean: float
    x: Plane
    y: Plane

    @classmethod
    def of(cls, size: tuple[int, int], *, zoom: float, lean: float) -> Self:
        """Lay the anatomy in the middle of a film of `size` (width, height) pixels."""
        width, height = size
        unit_px = zoom * min(size)
        y = (np.arange(height, dtype=np.float32)[:, np.newaxis] - (height - 1) / 2) / unit_px + 0.5
        across = (np.arange(width, dtype=np.float32)[np.newaxis] - (width - 1) / 2) / unit_px
        x = across - lean * (y - 0.5)
        return cls(unit_px=unit_px, lean=lean, x=x.astype(np.float32), y=y.astype(np.float32))

    def blank(self) -> Plane:
        """Make a plane that the beam crosses unhindered."""
        return np.zeros_like(self.x)

    def pixels_of(self, points: Points) -> Points:
        """Turn (x, y) into (column, row), float64 [n, 2]."""
        height, width = self.x.shape
        x, y = points[:, 0], points[:, 1] - 0.5
        columns = (x + self.lean * y) * self.unit_px + (width - 1) / 2
        return np.stack([columns, y * self.unit_px + (height - 1) / 2], axis=1)

    def ellipsoid(
        self, center: tuple[float, float], radii: tuple[float, float], *, turn: float = 0.0
    ) -> Plane:
        """Depth of an ellipsoid whose greatest depth is 1; `turn` is clockwise, in radians."""
        dx, dy = self.x - np.float32(center[0]), self.y - np.float32(center[1])
        cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        along = (dx * cos + dy * sin) / np.float32(radii[0])
        across = (dy * cos - dx * sin) / np.float32(radii[1])
        inside: Plane = np.maximum(1 - along**2 - across**2, 0)
        return np.sqrt(inside)

    def plate(self, outline: Points) -> Plane:
        """Fill an outline: 1 inside, 0 outside."""
        height, width = self.x.shape
        picture = Image.new("L", (width, height))
        corners = [(float(column), float(row)) for column, row in self.pixels_of(outline)]
        ImageDraw.Draw(picture).polygon(corners, fill=1)
        return np.asarray(picture, dtype=np.float32)

    def noise(self, rng: np.random.Generator, cells: int) -> Plane:
        """Soft clouds, about -1..1, with `cells` of them along each side."""
        height, width = self.x.shape
        coarse = Image.fromarray((rng.random((cells, cells)) * 2 - 1).astype(np.float32))
        fine = coarse.resize((width, height), Image.Resampling.BICUBIC)
        return np.asarray(fine, dtype=np.float32)

    def add_tubes(self, plane: Plane, tubes: Sequence[Tube], *, joined: bool = False) -> None:
        """Add the depth of tubes to a plane, in place; `joined` ones merge where they overlap."""
        merge = np.maximum if joined else np.add
        for tube in tubes:
            self._add_tube(plane, tube, merge)

    def _add_tube(self, plane: Plane, tube: Tube, merge: np.ufunc) -> None:
        """Add one tube: each pixel takes the depth at the nearest point of the axis."""
        line = self.pixels_of(tube.line)
        radii = np.maximum(tube.radii * self.unit_px, THINNEST_PX).tolist()
        depths = (2 * tube.radii * tube.weights).tolist()
        left, top, right, bottom = _window(line.tolist(), max(radii), plane.shape)
        if left >= right or top >= bottom:
            return
        nearest = np.ones((bottom - top, right - left), dtype=np.float32)
        depth = np.zeros_like(nearest)
        pieces = zip(pairwise(line.tolist()), pairwise(radii), pairwise(depths), strict=True)
        for ends, (radius, next_radius), (deep, next_deep) in pieces:
            x0, y0, x1, y1 = _window(ends, max(radius, next_radius), plane.shape)
            if x0 >= x1 or y0 >= y1:
                continue
            part = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
            share, squared = _to_segment(ends, np.arange(x0, x1), np.arange(y0, y1)[:, np.newaxis])
            squared /= (radius + share * (next_radius - radius)) ** 2
            closer = squared < nearest[part]
            np.copyto(nearest[part], squared, where=closer, casting="same_kind")
            np.copyto(
                depth[part], deep + share * (next_deep - deep), where=closer, casting="same_kind"
            )
        wall = np.sqrt(1 - nearest)
        if tube.marrow:  # 0.49: the inner 70 % of the radius, squared
            wall -= np.float32(tube.marrow) * np.sqrt(np.maximum(0.49 - nearest, 0))
        here = plane[top:bottom, left:right]
        merge(here, depth * wall, out=here)


def smooth_curve(points: Sequence[tuple[float, float]], *, steps: int = 8) -> Points:
    """Run a Catmull-Rom spline through the points, with `steps` pieces between two of them.

    References
    ----------
    Catmull, Rom: A class of local interpolating splines. Computer Aided Geometric Design, 1974.
    """
    knots = np.asarray(points, dtype=np.float64)
    padded = np.concatenate([[2 * knots[0] - knots[1]], knots, [2 * knots[-1] - knots[-2]]])
    before, start, end, after = (padded[i : len(padded) - 3 + i, np.newaxis] for i in range(4))
    t = (np.arange(steps) / steps)[np.newaxis, :, np.newaxis]
    curve = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    return np.concatenate([curve.reshape(-1, 2), knots[-1:]])


def ramp(values: NDArray[Float], low: float, high: float) -> NDArray[Float]:
    """Rise softly from 0 at `low` to 1 at `high`."""
    t = np.clip((values - low) / (high - low), 0, 1)
    rise: NDArray[Float] = t * t * (3 - 2 * t)
    return rise


def blur(plane: Plane, sigma_px: float) -> Plane:
    """Smooth a plane with a Gaussian; Pillow's own blur does not take floating point."""
    reach = max(1, round(3 * sigma_px))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma_px, 1e-3)) ** 2)
    kernel = (kernel / kernel.sum()).astype(np.float32)
    for axis, pad in ((0, ((reach, reach), (0, 0))), (1, ((0, 0), (reach, reach)))):
        padded = np.pad(plane, pad, mode="edge")
        length = plane.shape[axis]
        plane = np.zeros_like(plane)
        for i, share in enumerate(kernel):
            plane += share * (padded[i : i + length] if axis == 0 else padded[:, i : i + length])
    return plane


def _window(
    line: Sequence[Sequence[float]], radius: float, shape: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """Where a line of (column, row) may color: left, top, right, bottom; cut to the film."""
    columns, rows = [point[0] for point in line], [point[1] for point in line]
    left, top = int(max(min(columns) - radius, 0)), int(max(min(rows) - radius, 0))
    right, bottom = int(max(columns) + radius) + 2, int(max(rows) + radius) + 2
    return left, top, min(right, shape[1]), min(bottom, shape[0])


def _to_segment(
    ends: Sequence[Sequence[float]], columns: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Tell how far along a segment (0..1) each pixel lies, and its squared distance from it."""
    (x, y), (end_x, end_y) = ends
    dx, dy = end_x - x, end_y - y
    length = max(dx * dx + dy * dy, 1e-9)
    across, down = columns - x, rows - y
    share = np.minimum(np.maximum((across * dx + down * dy) / length, 0), 1)
    return share, (across - share * dx) ** 2 + (down - share * dy) ** 2
