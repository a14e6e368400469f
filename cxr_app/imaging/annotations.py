"""Text burned into a film beyond a side marker: a name, a date, an accession number.

Letters are strokes of one grey level with sharp edges, of similar height, on one baseline. Ribs,
tubes and cables are none of these at once. Nothing is read: the text may be in any alphabet whose
letters stand apart.
"""

from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["has_annotations"]

LONGEST: Final = (
    1200  # pixels of the longer side that are searched, so that letters of 1 % have some
)
ENLARGED: Final = 800  # pixels that a small film is enlarged towards: letters of 7 pixels touch
MOST_ENLARGED: Final = 3  # times; beyond, a stroke is wider than SQUARE can tell from a surface
SQUARE: Final = 4  # pixels; three squares in a row are wider than the stroke of most letters
LEAST_CONTRAST: Final = 32  # grey levels between a stroke and its surroundings; noise has fewer
STEP: Final = 2  # pixels within which the edge of a stroke rises
LEAST_RISE: Final = 0.4  # of the contrast, within STEP; the edge of a rib rises more slowly
MOST_RUNS: Final = 30_000  # more than this is grain; films have up to about 10,000
LEAST_HEIGHT: Final = 5  # pixels; smaller blobs are dots and grain
MOST_HEIGHT: Final = 0.08  # of the longer side; letters are rarely taller than 0.06
MOST_WIDTH: Final = 14  # heights; letters that touch may form one blob, a whole word
LEAST_EDGE: Final = 13  # grey levels by which a blob exceeds the pixels beside it, on average
NEAREST: Final = 24  # blobs next in the order of baselines that may be a letter's neighbour
MOST_OVERLAP: Final = 0.25  # heights by which slanted neighbours overlap
MOST_GAP: Final = 3  # heights between neighbours: a space, or one letter lost in the anatomy
MOST_SHIFT: Final = 0.25  # heights between the baselines of neighbours
MOST_RATIO: Final = 1.8  # between the heights of neighbours: capitals are 1.4 times as tall as "x"
MOST_DIFFERENCE: Final = 40  # grey levels between the brightest pixels of neighbours
MOST_SCATTER: Final = 0.2  # heights, standard deviation of the baselines of a line
# A line that is more than a side marker: blobs, strokes that a row crosses, length in heights.
# Three wide capitals have at most 3 blobs, 6 strokes and 3.3 heights.
LINES: Final = ((4, 4.2, 2.9), (3, 4.4, 3.4))

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Whole = NDArray[np.intp]
Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runs:
    """Bright pixels side by side in a row, and the blob that each run belongs to."""

    row: Whole
    start: Whole
    end: Whole  # exclusive
    blob: Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class _Blobs:
    """Pieces that hang together: letters, several that touch, or anything else."""

    left: Whole
    right: Whole  # exclusive
    top: Whole
    bottom: Whole  # exclusive
    strokes: Real  # runs per row
    level: Real  # grey level of the brightest pixel
    edge: Real  # grey levels above the pixels beside it, mean of the runs

    def pick(self, chosen: Mask | Whole) -> "_Blobs":
        return _Blobs(**{name: getattr(self, name)[chosen] for name in self.__slots__})


def has_annotations(pixels: Grey) -> bool:
    """Tell whether text is burned into a film beyond a side marker.

    Parameters
    ----------
    pixels : ndarray, uint8 [H, W]
        A film of any size, bone white. It is not changed.

    Returns
    -------
    bool
        True for a line of four characters or more, brighter or darker than what is around it.
        Not found are capitals under about 7 pixels or 1 % of the film's height, and letters that
        differ from the anatomy around them by less than `LEAST_CONTRAST`.
    """
    grey = _scaled(pixels)
    bright, dark = _strokes(grey)
    return _has_line(grey, bright) or _has_line(~grey, dark)


def _scaled(pixels: Grey) -> Grey:
    """Reduce a large film, enlarge a small one; then fill up the last squares."""
    image = Image.fromarray(pixels)
    longer = max(image.size)
    times = min(MOST_ENLARGED, ENLARGED // longer)
    if longer > LONGEST:
        image = image.reduce(-(-longer // LONGEST))
    elif times > 1:
        size = image.width * times, image.height * times
        image = image.resize(size, Image.Resampling.BICUBIC)
    scaled = np.asarray(image)
    height, width = scaled.shape
    return np.pad(scaled, ((0, -height % SQUARE), (0, -width % SQUARE)), mode="edge")


def _strokes(grey: Grey) -> tuple[Mask, Mask]:
    """Find what is brighter, and what is darker, than the middle between stroke and ground.

    A morphological opening and closing by squares gives the levels on either side of a stroke.
    On a slope the two are close together, however steep it is.
    """
    low, high = _squares(grey, np.minimum), _squares(grey, np.maximum)
    low = _around(_around(low, np.minimum), np.maximum)
    high = _around(_around(high, np.maximum), np.minimum)
    contrast = high - low
    active = (contrast >= LEAST_CONTRAST) & (_rises(grey) >= LEAST_RISE * contrast)
    middle = low + contrast // 2
    height, width = grey.shape
    rows = grey.reshape(height // SQUARE, SQUARE, width)
    above = np.repeat(np.where(active, middle, np.uint8(255)), SQUARE, axis=1)[:, None, :]
    below = np.repeat(np.where(active, middle, np.uint8(0)), SQUARE, axis=1)[:, None, :]
    return (rows > above).reshape(grey.shape), (rows < below).reshape(grey.shape)


def _rises(grey: Grey) -> Grey:
    """Give the steepest step along a row near each square."""
    left, right = grey[:, :-STEP], grey[:, STEP:]
    steps = np.zeros_like(grey)
    steps[:, :-STEP] = np.maximum(left, right) - np.minimum(left, right)
    return _around(_squares(steps, np.maximum), np.maximum)


def _squares(grey: Grey, extreme: np.ufunc) -> Grey:
    """Take the lowest or highest level in each square."""
    rows = reduce(extreme, (grey[k::SQUARE] for k in range(SQUARE)))
    return reduce(extreme, (rows[:, k::SQUARE] for k in range(SQUARE)))


def _around(levels: Grey, extreme: np.ufunc) -> Grey:
    """Take the lowest or highest level among each square and its eight neighbours."""
    edged = np.pad(levels, 1, mode="edge")
    rows = extreme(extreme(edged[:-2], edged[1:-1]), edged[2:])
    found: Grey = extreme(extreme(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
    return found


def _has_line(grey: Grey, strokes: Mask) -> bool:
    """Tell whether bright strokes form a line of letters."""
    starts = np.count_nonzero(strokes[:, 1:] > strokes[:, :-1])
    if starts > MOST_RUNS:
        return False
    blobs = _measured(grey, _runs(strokes))
    height, width = blobs.bottom - blobs.top, blobs.right - blobs.left
    fits = (height >= LEAST_HEIGHT) & (height <= MOST_HEIGHT * max(grey.shape))
    letters = blobs.pick(fits & (width <= MOST_WIDTH * height) & (blobs.edge > LEAST_EDGE))
    letters = letters.pick(np.lexsort((letters.left, letters.bottom)))
    return _is_text(letters, _lines(letters))


def _runs(mask: Mask) -> _Runs:
    """Find the runs of a mask, and which of them hang together."""
    height, width = mask.shape
    stride = width + 1  # an empty column keeps the rows apart
    flat = np.zeros(height * stride + 1, np.bool_)
    flat[1:].reshape(height, stride)[:, :width] = mask
    changes = np.flatnonzero(flat[1:] != flat[:-1])
    starts, ends = changes[::2], changes[1::2]
    # The runs of the next row that lie at least partly below each run.
    first = np.searchsorted(ends, starts + stride, "right")
    counts = np.searchsorted(starts, ends + stride, "left") - first
    upper = np.repeat(np.arange(starts.size), counts)
    lower = np.arange(upper.size) + np.repeat(first - np.cumsum(counts) + counts, counts)
    row = starts // stride
    return _Runs(
        row=row,
        start=starts - row * stride,
        end=ends - row * stride,
        blob=_joined(starts.size, upper, lower),
    )


def _joined(count: int, one: Whole, two: Whole) -> Whole:
    """Join pairs of `count` things to groups, numbered from 0."""
    group = np.arange(count)
    while True:
        a, b = group[one], group[two]
        apart = a != b
        if not apart.any():
            numbers: Whole = np.cumsum(group == np.arange(count)) - 1
            return numbers[group]
        one, two = one[apart], two[apart]
        np.minimum.at(group, np.maximum(a, b)[apart], np.minimum(a, b)[apart])
        while not np.array_equal(group, further := group[group]):
            group = further


def _measured(grey: Grey, runs: _Runs) -> _Blobs:
    """Measure the blobs."""
    order = np.argsort(runs.blob, kind="stable")
    row, start, end = runs.row[order], runs.start[order], runs.end[order]
    counts = np.bincount(runs.blob)
    first = np.cumsum(counts) - counts
    top, bottom = row[first], row[first + counts - 1] + 1
    level = grey[row, (start + end) // 2].astype(np.float64)
    before = grey[row, np.maximum(start - STEP, 0)]
    after = grey[row, np.minimum(end + STEP - 1, grey.shape[1] - 1)]
    return _Blobs(
        left=np.minimum.reduceat(start, first),
        right=np.maximum.reduceat(end, first),
        top=top,
        bottom=bottom,
        strokes=counts / (bottom - top),
        level=np.maximum.reduceat(level, first),
        edge=np.add.reduceat(level - np.maximum(before, after), first) / counts,
    )


def _lines(letters: _Blobs) -> Whole:
    """Join neighbours to lines. The letters are in the order of their baselines."""
    count = letters.left.size
    one = np.repeat(np.arange(count), NEAREST)
    two = one + np.tile(np.arange(1, NEAREST + 1), count)
    one, two = one[two < count], two[two < count]
    size = letters.bottom - letters.top
    shift = letters.bottom[two] - letters.bottom[one]
    even = shift <= np.maximum(MOST_SHIFT * np.maximum(size[one], size[two]), 1)
    one, two = one[even], two[even]
    a, b = letters.pick(one), letters.pick(two)
    tall, short = np.maximum(size[one], size[two]), np.minimum(size[one], size[two])
    gap = np.maximum(a.left, b.left) - np.minimum(a.right, b.right)
    near = (gap > -MOST_OVERLAP * tall) & (gap < MOST_GAP * tall)
    near &= tall <= MOST_RATIO * short + 1
    near &= np.abs(a.level - b.level) <= MOST_DIFFERENCE
    return _joined(count, one[near], two[near])


def _is_text(letters: _Blobs, line: Whole) -> bool:
    """Tell whether one of the lines is more than a side marker."""
    counts = np.bincount(line)
    strokes = np.bincount(line, letters.strokes)
    height = np.bincount(line, letters.bottom - letters.top) / counts
    middle = np.bincount(line, letters.bottom) / counts
    scatter = np.sqrt(np.bincount(line, (letters.bottom - middle[line]) ** 2) / counts)
    left, right = np.full(counts.size, np.inf), np.zeros(counts.size)
    np.minimum.at(left, line, letters.left)
    np.maximum.at(right, line, letters.right)
    length = (right - left) / height
    straight = scatter <= MOST_SCATTER * height
    return any(
        bool(np.any(straight & (counts >= blobs) & (strokes >= crossed) & (length >= heights)))
        for blobs, crossed, heights in LINES
    )
