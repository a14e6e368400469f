"""Text burned into a film beyond a side marker: a name, a date, an accession number."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["has_annotations"]

LONGEST: Final = 1000  # pixels of the longer side that are examined; a letter then has 10 or more
SHORTEST: Final = 500  # pixels; a film smaller than this is doubled, so that letters come apart
BLOCK: Final = 8  # pixels; the side of the squares in which the darkest and brightest are sought
LEAST_CONTRAST: Final = 40  # grey levels between a stroke and what surrounds it

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    row: Ints
    start: Ints
    end: Ints
    label: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Blobs:
    left: Ints
    right: Ints
    top: Ints
    bottom: Ints
    strokes: Floats
    level: Floats
    edge: Floats
    spread: Floats
    fill: Floats


def has_annotations(pixels: Grey) -> bool:
    grey = _reduced(pixels)
    return any(_has_line(side) for side in (grey, ~grey))


def _reduced(pixels: Grey) -> Grey:
    image = Image.fromarray(pixels)
    longer = max(pixels.shape)
    if longer > LONGEST:
        image = image.reduce(-(-longer // LONGEST))
    elif longer < SHORTEST:
        image = image.resize((image.width * 2, image.height * 2), Image.Resampling.BICUBIC)
    whole = np.asarray(image)
    h, w = (side // BLOCK * BLOCK for side in whole.shape)
    return whole[:h, :w]


def _bright(grey: Grey) -> Mask:
    h, w = grey.shape
    rows = grey.reshape(h // BLOCK, BLOCK, w)
    low = rows.min(axis=1).reshape(h // BLOCK, w // BLOCK, BLOCK).min(axis=2)
    high = rows.max(axis=1).reshape(h // BLOCK, w // BLOCK, BLOCK).max(axis=2)
    low, high = _around(low, np.minimum), _around(high, np.maximum)
    threshold = np.where(
        high - low >= LEAST_CONTRAST, low + (high - low) // 2, 255
    ).astype(np.uint8)
    wide = np.repeat(threshold, BLOCK, axis=1)
    return (rows > wide[:, None, :]).reshape(h, w)


def _around(blocks, extreme):
    edged = np.pad(blocks, 1, mode="edge")
    rows = extreme(extreme(edged[:-2], edged[1:-1]), edged[2:])
    return extreme(extreme(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])


def _runs(mask: Mask) -> Runs:
    h, w = mask.shape
    stride = w + 1
    flat = np.zeros(h * stride + 1, np.bool_)
    flat[1:].reshape(h, stride)[:, :w] = mask
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    starts, ends = edges[::2], edges[1::2]
    first = np.searchsorted(ends, starts + stride, "right")
    last = np.searchsorted(starts, ends + stride, "left")
    counts = np.maximum(last - first, 0)
    upper = np.repeat(np.arange(starts.size), counts)
    lower = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[upper]
    row = starts // stride
    return Runs(row=row, start=starts - row * stride, end=ends - row * stride,
                label=_joined(starts.size, upper, lower))


def _joined(count: int, upper: Ints, lower: Ints) -> Ints:
    label = np.arange(count)
    while True:
        a, b = label[upper], label[lower]
        differ = a != b
        if not differ.any():
            break
        upper, lower, a, b = upper[differ], lower[differ], a[differ], b[differ]
        np.minimum.at(label, np.maximum(a, b), np.minimum(a, b))
        while True:
            nxt = label[label]
            if np.array_equal(nxt, label):
                break
            label = nxt
    return np.unique(label, return_inverse=True)[1]


def _blobs(grey: Grey) -> Blobs | None:
    runs = _runs(_bright(grey))
    if not runs.row.size:
        return None
    h, w = grey.shape
    order = np.argsort(runs.label, kind="stable")
    counts = np.bincount(runs.label)
    at = np.cumsum(counts) - counts
    row, start, end = runs.row[order], runs.start[order], runs.end[order]
    g = grey.astype(np.int16)
    mid = g[row, (start + end) // 2]
    lft = g[row, np.maximum(start - 2, 0)]
    rgt = g[row, np.minimum(end + 1, w - 1)]
    edge = mid - np.maximum(lft, rgt)
    top, bottom = row[at], row[at + counts - 1] + 1
    left, right = np.minimum.reduceat(start, at), np.maximum.reduceat(end, at)
    mean = np.add.reduceat(mid.astype(float), at) / counts
    sq = np.add.reduceat(mid.astype(float) ** 2, at) / counts
    return Blobs(left=left, right=right, top=top, bottom=bottom,
                 strokes=counts / (bottom - top), level=np.maximum.reduceat(mid, at).astype(float),
                 edge=np.add.reduceat(edge.astype(float), at) / counts,
                 spread=np.sqrt(np.maximum(sq - mean**2, 0)),
                 fill=np.add.reduceat(end - start, at) / ((bottom - top) * (right - left)))


def lines(grey: Grey):
    b = _blobs(grey)
    if b is None:
        return []
    H = max(grey.shape)
    height, width = b.bottom - b.top, b.right - b.left
    ok = (height >= 5) & (height <= 0.08 * H) & (width <= 14 * height) & (b.edge > 15)
    idx = np.flatnonzero(ok)
    idx = idx[np.argsort(b.left[idx], kind="stable")][:800]
    left, right, top, bottom = b.left[idx], b.right[idx], b.top[idx], b.bottom[idx]
    height = height[idx]
    n = idx.size
    if not n:
        return []
    tall = np.maximum(height[:, None], height)
    short = np.minimum(height[:, None], height)
    gap = left[None, :] - right[:, None]
    base = np.abs(bottom[None, :] - bottom[:, None])
    link = (gap > -0.25 * short) & (gap < 1.0 * tall) & (base <= np.maximum(0.2 * tall, 1)) & (tall <= 1.6 * short+1)
    link &= left[None, :] > left[:, None]
    link &= np.abs(b.level[idx][None] - b.level[idx][:, None]) <= 40
    reach = np.where(link, right[None, :], 1 << 30)
    nxt = np.where(link.any(1), reach.argmin(1), -1)
    seen = np.zeros(n, bool)
    found = []
    for i in range(n):
        if seen[i]:
            continue
        chain = [i]
        seen[i] = True
        while nxt[chain[-1]] >= 0 and not seen[nxt[chain[-1]]]:
            chain.append(int(nxt[chain[-1]]))
            seen[chain[-1]] = True
        found.append(idx[np.array(chain)])
    return [features(b, c) for c in found]


NAMES = ["n", "strokes", "ratio", "h", "hdev", "basedev", "levdev", "edge", "edgedev", "spread", "fill", "slope","minedge","x","y","topdev", "lev", "dense"]


def features(b, c):
    h = (b.bottom - b.top)[c].astype(float)
    H = np.median(h)
    x = (b.left + b.right)[c] / 2
    y = b.bottom[c].astype(float)
    wd = (b.right - b.left)[c]
    length = b.right[c].max() - b.left[c].min()
    slope = np.polyfit(x, y, 1)[0] if len(c) > 2 else 0.0
    return np.array([len(c), b.strokes[c].sum(), length / H, H, np.median(abs(h - H)) / H,
        np.median(abs(y - np.median(y))) / H, b.level[c].std(), np.median(b.edge[c]), b.edge[c].std(), np.median(b.spread[c]),
        b.fill[c].mean(), slope, b.edge[c].min(), b.left[c].min(), np.median(y), np.median(abs(b.top[c]-np.median(b.top[c])))/H, np.median(b.level[c]), b.strokes[c].sum()/(length/H)])


def _has_line(grey: Grey) -> bool:
    return any(f[0] >= 5 and f[1] >= 6 for f in lines(grey))
