"""The soft parts and the air: body, lungs, heart, diaphragm, airways, vessels, an opacity."""

import numpy as np

from cxr_app.imaging.phantom.build import Build, arm
from cxr_app.imaging.phantom.canvas import Canvas, Plane, Tube, ramp, smooth_curve

__all__ = ["body", "consolidate", "lungs", "stomach", "vessels", "windpipe"]

# Outer half-width of neck, shoulders and trunk by height: (y, half-width).
OUTLINE = (
    (-0.50, 0.150), (-0.05, 0.150), (0.020, 0.160), (0.070, 0.205), (0.115, 0.320), (0.160, 0.400),
    (0.240, 0.428), (0.340, 0.424), (0.460, 0.418), (0.700, 0.420), (0.900, 0.424), (1.500, 0.430),
)  # fmt: skip

# How deep the trunk is from front to back: (y, depth).
DEEP = ((0.00, 0.30), (0.10, 0.30), (0.30, 0.46), (0.60, 0.52), (1.00, 0.52))

# Inner edge of each lung by height: (y, distance from the midline); viewer's left, then right.
EDGES = (
    ((0.10, 0.115), (0.17, 0.105), (0.21, 0.068), (0.30, 0.056), (0.45, 0.050), (1.5, 0.056)),
    ((0.10, 0.115), (0.17, 0.105), (0.21, 0.066), (0.27, 0.062), (0.45, 0.062), (1.5, 0.052)),
)

DOMES = ((0.170, 0.688), (0.190, 0.722))  # tops of the diaphragm; the liver lifts the first
HILA = ((0.074, 0.440), (0.090, 0.415))  # where the vessels enter; the heart lifts the second
LOBES = ((0.205, 0.590), (0.265, 0.600))  # middle of each lower lung, clear of the heart
VESSEL_ANGLES = (-1.20, -0.70, -0.15, 0.40, 0.85, 1.20)  # from a hilum; 0 to the ribs, then down
THINNEST_VESSEL = 0.0012


def body(canvas: Canvas, build: Build) -> Plane:
    """Depth of the whole child along the beam, air and bone included."""
    half_width = build.girth * _by_height(canvas.y, OUTLINE)
    across = np.abs(canvas.x) / half_width
    rounded = np.maximum(1 - across ** np.float32(2.4), 0) ** np.float32(0.6)
    trunk = _by_height(canvas.y, DEEP) * rounded
    arms = canvas.blank()
    for side, raised in zip((-1, 1), build.arms, strict=True):
        line = smooth_curve([(0.36, 0.15), (0.44, 0.24), *arm(raised)])
        canvas.add_tubes(arms, [Tube.along(line * [side, 1], 0.105, 0.085, 0.075)])
    return _rounded_union([trunk, arms])  # a shoulder is where both are one


def lungs(canvas: Canvas, build: Build) -> Plane:
    """Depth of lung along the beam, 0 outside the lung fields."""
    cage = build.cage(canvas.y).astype(np.float32)
    depth = canvas.blank()
    for side, edge, (top_x, top_y) in zip((-1, 1), EDGES, DOMES, strict=True):
        inner = _by_height(canvas.y, edge)
        x = canvas.x * np.float32(side)
        share = np.clip((x - inner) / np.maximum(cage - inner, np.float32(1e-3)), 0, 1)
        lung = np.sqrt(1 - share ** np.float32(2.2)) * ramp(x - inner, -0.004, 0.034)
        lung *= np.sqrt(np.clip((canvas.y - np.float32(0.163)) / np.float32(0.16), 0, 1))
        below = canvas.y - _dome(x, top_x, top_y + build.breath)
        # Behind the dome the lung reaches deeper, thinning out: the edge is sharp, the rest fades.
        covered = 0.70 * ramp(below, -0.002, 0.005) + 0.30 * ramp(below, 0, 0.13)
        depth += np.float32(0.40) * lung * (1 - covered)
    np.maximum(depth - _heart(canvas, build), 0, out=depth)
    return depth


def _dome(x: Plane, top_x: float, top_y: float) -> Plane:
    """Height of the diaphragm: flat towards the heart, steep into the angle at the ribs."""
    away = (x - np.float32(top_x)) / np.float32(0.19)
    squared = away * away
    flank = np.float32(0.018) + np.float32(0.075) * squared * squared
    height: Plane = np.float32(top_y) + squared * (np.float32(0.034) + (away > 0) * flank)
    return height


def _heart(canvas: Canvas, build: Build) -> Plane:
    """Depth of the heart and of the vessels above it: what takes the place of lung."""
    turn, low = build.turn, 0.6 * build.breath
    left = (0.188 * build.heart, 0.142 * build.heart)
    right = (0.084 * build.heart, 0.132 * build.heart)
    ventricles = canvas.ellipsoid((0.072 + turn, 0.608 + low), left, turn=0.66)
    atrium = canvas.ellipsoid((-0.028 + turn, 0.600 + low), right)
    base = canvas.ellipsoid((0.060, 0.705 + low), (0.115, 0.070))  # lies on the diaphragm
    trunk = canvas.ellipsoid((0.040 + turn, 0.455), (0.082, 0.125), turn=-0.30)
    knob = canvas.ellipsoid((0.048, 0.305), (0.047, 0.045))
    cava = canvas.ellipsoid((-0.036, 0.380), (0.042, 0.220))
    deep = {0.33: ventricles, 0.30: np.maximum(atrium, base), 0.27: trunk, 0.20: knob + cava}
    return _rounded_union([np.float32(most) * part for most, part in deep.items()])


def windpipe(canvas: Canvas, build: Build) -> Plane:
    """Depth of air in the trachea and both main bronchi, as it weighs against the spine behind."""
    fork = (build.turn / 2 - 0.006, 0.372)
    trachea = smooth_curve([(0, -0.3), (0, 0.02), (build.sway - 0.004, 0.20), fork])
    right = smooth_curve([fork, (-0.040, 0.405), (-0.078, 0.450)])
    left = smooth_curve([fork, (0.040, 0.402), (0.090, 0.432)])
    airways = [
        Tube.along(trachea, 0.019, weight=3.0),
        Tube.along(right, 0.014, 0.010, weight=2.4),
        Tube.along(left, 0.013, 0.009, weight=2.4),
    ]
    air = canvas.blank()
    canvas.add_tubes(air, airways, joined=True)
    return air


def stomach(canvas: Canvas, build: Build) -> Plane:
    """Depth of gas in the stomach, under the left dome, and a little in the bowel beside it."""
    y = DOMES[1][1] + build.breath
    bubble = canvas.ellipsoid((0.165, y + 0.075), (0.062, 0.034), turn=0.1)
    bowel = canvas.ellipsoid((0.235, y + 0.150), (0.040, 0.026), turn=0.5)
    return np.float32(0.11) * bubble + np.float32(0.06) * bowel


def vessels(canvas: Canvas, rng: np.random.Generator) -> Plane:
    """Depth of blood in the vessels that leave both hila and thin out toward the ribs."""
    blood = canvas.blank()
    for side, (x, y) in zip((-1, 1), HILA, strict=True):
        for angle in VESSEL_ANGLES:
            root = (x + 0.012 * abs(angle), y + 0.035 * angle)
            radius, length = rng.uniform(0.0068, 0.0090), rng.uniform(0.055, 0.085)
            tree = _branches(
                rng, root, angle + rng.uniform(-0.15, 0.15), extent=(radius, length), side=side
            )
            canvas.add_tubes(blood, tree, joined=True)
        hilum = canvas.ellipsoid((side * x, y + 0.010), (0.046, 0.070))
        blood += np.float32(0.022) * hilum * hilum
    return blood


def _branches(
    rng: np.random.Generator,
    start: tuple[float, float],
    angle: float,
    *,
    extent: tuple[float, float],
    side: int,
) -> list[Tube]:
    """Grow a vessel of `extent` (radius, length) that forks, thinner and shorter each time."""
    radius, length = extent
    if radius < THINNEST_VESSEL:
        return []
    bend = angle + rng.uniform(-0.35, 0.35)
    middle = _step(start, angle, length / 2)
    end = _step(middle, bend, length / 2)
    line = smooth_curve([start, middle, end], steps=3) * [side, 1]
    spread = rng.uniform(0.25, 0.55)
    main = (radius * rng.uniform(0.70, 0.80), length * 0.85)
    twig = (radius * rng.uniform(0.50, 0.65), length * 0.75)
    return [
        Tube.along(line, radius, radius * 0.8),
        *_branches(rng, end, bend - spread / 2, extent=main, side=side),
        *_branches(rng, end, bend + spread, extent=twig, side=side),
    ]


def _step(start: tuple[float, float], angle: float, length: float) -> tuple[float, float]:
    """Go from a point in a direction; 0 points to the ribs, positive is down."""
    return start[0] + length * float(np.cos(angle)), start[1] + length * float(np.sin(angle))


def consolidate(canvas: Canvas, rng: np.random.Generator, build: Build) -> Plane:
    """Where one lower lung is filled, 0..1: overlapping soft patches, uneven inside."""
    side, (middle_x, middle_y) = ((-1, LOBES[0]), (1, LOBES[1]))[rng.integers(2)]
    clear = np.ones_like(canvas.x)
    for _ in range(7):
        x = side * (middle_x + rng.uniform(-0.060, 0.060))
        y = middle_y + build.breath + rng.uniform(-0.075, 0.065)
        radius = np.float32(rng.uniform(0.030, 0.062))
        dx, dy = (canvas.x - np.float32(x)) / radius, (canvas.y - np.float32(y)) / radius
        clear *= 1 - np.float32(0.75) * np.exp(-dx * dx - dy * dy)
    clouds = canvas.noise(rng, 24) + canvas.noise(rng, 48)
    return np.clip((1 - clear) * (1 + np.float32(0.28) * clouds), 0, 1)


def _by_height(y: Plane, knots: tuple[tuple[float, float], ...]) -> Plane:
    """Read a smooth curve through (y, value) knots at each height; level beyond its ends."""
    curve = smooth_curve(knots)
    return np.interp(y, curve[:, 0], curve[:, 1]).astype(np.float32)


def _rounded_union(parts: list[Plane]) -> Plane:
    """Join depths: the greatest one, with the notches between the parts rounded."""
    powers: Plane = np.sum([np.square(np.square(part)) for part in parts], axis=0)
    return np.sqrt(np.sqrt(powers))
