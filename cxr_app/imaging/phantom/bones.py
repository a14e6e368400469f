"""The skeleton: ribs, spine, shoulder girdle, arms. Lighter than soft parts on the film."""

import numpy as np

from cxr_app.imaging.phantom.build import Build, arm
from cxr_app.imaging.phantom.canvas import Canvas, Plane, Tube, ramp, smooth_curve

__all__ = ["skeleton"]

SIDES = (-1, 1)  # the viewer's left, then right
N_RIBS = 11  # the twelfth is too short to show
LAST_TRUE_RIB = 7  # counted from 0: those below end at the flank
FIRST_RIB = 0.138  # y of the head of the first rib
BETWEEN_RIBS = 0.0585  # from one rib, or vertebra, to the next

# Lines of the viewer's right side, (x, y) from end to end.
CLAVICLE = (
    (0.048, 0.222), (0.100, 0.196), (0.170, 0.170), (0.250, 0.148), (0.330, 0.118), (0.375, 0.112),
)  # fmt: skip
BLADE_OUTER = (
    (0.385, 0.185), (0.392, 0.225), (0.385, 0.300), (0.378, 0.400), (0.362, 0.462), (0.340, 0.455),
)  # fmt: skip
BLADE_INNER = ((0.340, 0.455), (0.318, 0.380), (0.296, 0.280), (0.285, 0.200), (0.300, 0.165))
BLADE_SPINE = ((0.300, 0.245), (0.345, 0.190), (0.400, 0.122))
CORACOID = ((0.372, 0.176), (0.345, 0.160), (0.338, 0.178))


def skeleton(canvas: Canvas, build: Build) -> Plane:
    """Depth of bone, float32 [height, width]."""
    bone = _spine(canvas)
    for side, raised in zip(SIDES, build.arms, strict=True):
        canvas.add_tubes(bone, [_rib(build, side, number) for number in range(N_RIBS)])
        canvas.add_tubes(bone, [_clavicle(build, side), _humerus(side, raised)])
        # In a child a growth plate, dark on the film, parts the head of the humerus from its shaft.
        head = canvas.ellipsoid((side * 0.406, 0.150), (0.036, 0.031), turn=side * 0.95)
        bone += np.float32(0.030) * head + _scapula(canvas, side)
    return bone


def _rib(build: Build, side: int, number: int) -> Tube:
    """Draw a rib as what it is: a tilted hoop around the chest, seen from the front.

    `angle` runs from the spine (0) around the flank (90 degrees) to the cartilage in front, which
    does not show. Where the hoop turns, the beam runs along the bone, so the flank is brightest.
    """
    first = max(0.0, 1 - number / 2)  # the uppermost ribs are small, flat hoops
    fall = (0.205 - 0.085 * first + 0.006 * number) * build.slope
    angle = np.linspace(0.12, np.pi * (0.80 if number <= LAST_TRUE_RIB else 0.64), 30)
    forward = (1 - np.cos(angle)) / 2
    height = FIRST_RIB + BETWEEN_RIBS * number
    half_width = build.cage(np.array([height + fall / 2])) + 0.006
    x = side * half_width * np.sin(angle) ** 0.9 + build.turn * forward
    line = np.stack([x, height + fall * forward], axis=1)

    turned = angle / np.pi
    radii = 0.0115 + 0.0025 * turned - 0.003 * np.exp(-(((angle - 0.3) / 0.3) ** 2))
    slant = 1 / np.sqrt(np.cos(angle) ** 2 + 0.22)
    end = turned[-1]
    fade = 1 - 0.5 * ramp(turned, 0.50, 0.70) - 0.4 * ramp(turned, end - 0.06, end)
    return Tube(line=line, radii=radii, weights=1.05 * slant * fade, marrow=0.55)


def _clavicle(build: Build, side: int) -> Tube:
    """Draw a collar bone, S-shaped, thicker at both ends."""
    line = smooth_curve(CLAVICLE)
    shift = np.outer(np.linspace(build.turn, 0, len(line)), [1, 0])  # its inner end lies in front
    radii = (0.0175, 0.0135, 0.0125, 0.0125, 0.0125, 0.0125, 0.0130, 0.0155)
    return Tube.along(line * [side, 1] + shift, *radii, weight=1.1, marrow=0.5)


def _humerus(side: int, raised: float) -> Tube:
    """Draw the shaft of the upper arm bone, from its growth plate to where it leaves the film."""
    line = smooth_curve([(0.430, 0.196), (0.470, 0.262), *arm(raised)])
    radii = (0.031, 0.022, 0.0175, 0.017, 0.017, 0.017, 0.017)
    return Tube.along(line * [side, 1], *radii, weight=0.85, marrow=0.75)


def _scapula(canvas: Canvas, side: int) -> Plane:
    """Draw a shoulder blade: a thin plate of which mostly the borders show."""
    outer, inner, spine, coracoid = (
        smooth_curve(line) * [side, 1] for line in (BLADE_OUTER, BLADE_INNER, BLADE_SPINE, CORACOID)
    )
    plane = np.float32(0.0065) * canvas.plate(np.concatenate([outer, inner]))
    borders = [
        Tube.along(outer, 0.0070, weight=0.65),
        Tube.along(inner, 0.0025, weight=0.4),
        Tube.along(spine, 0.003, 0.011, weight=0.5, marrow=0.4),
        Tube.along(coracoid, 0.009, weight=0.6),
    ]
    canvas.add_tubes(plane, borders)
    return plane


def _spine(canvas: Canvas) -> Plane:
    """Draw the vertebrae: bodies with end plates, parted by discs, and the arches behind them."""
    offset = (canvas.y - np.float32(FIRST_RIB + 0.006)) / np.float32(BETWEEN_RIBS)
    phase = offset - np.floor(offset) - np.float32(0.5)  # -0.5..0.5 within one vertebra
    away = np.abs(phase)
    half_width = np.float32(0.036) + np.float32(0.015) * canvas.y
    waist = 1 - np.float32(0.10) * (1 - 4 * phase * phase)  # bodies are narrower in the middle
    across = np.square(canvas.x / (half_width * waist))
    round_body = np.sqrt(np.maximum(1 - across * across * across, 0))
    plane: Plane = np.float32(0.030) * round_body * (1 - ramp(away, 0.385, 0.455))
    end_plates = np.exp(-np.square((away - np.float32(0.39)) / np.float32(0.03)))
    plane += np.float32(0.007) * end_plates * (across < 1)
    plane += np.float32(0.012) * np.exp(-np.square(canvas.x / np.float32(0.030)))
    for number in range(-4, 18):
        canvas.add_tubes(plane, _arch(FIRST_RIB + BETWEEN_RIBS * (number + 0.42)))
    return plane


def _arch(y: float) -> list[Tube]:
    """Draw what a vertebra has behind its body: spinous process, pedicles, transverse processes."""
    tubes = [Tube.along(np.array([(0, y + 0.012), (0, y + 0.030)]), 0.006, weight=0.9)]
    for side in SIDES:
        pedicle = np.array([(side * 0.0285, y - 0.004), (side * 0.0285, y + 0.006)])
        process = np.array([(side * 0.040, y - 0.006), (side * 0.070, y - 0.016)])
        tubes.append(Tube.along(pedicle, 0.0080, weight=1.7, marrow=1.0))
        tubes.append(Tube.along(process, 0.0065, weight=0.8, marrow=0.4))
    return tubes
