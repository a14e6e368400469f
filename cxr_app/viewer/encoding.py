"""From a film to the bytes that the viewer in the browser reads.

A message is a length of four bytes (little-endian), that many bytes of JSON, and the parts that
the JSON names, one after the other. `assets/message.js` reads it.
"""

import hashlib
import io
import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_app.imaging.dicom.display import Window
from cxr_app.imaging.stored import StoredFilm
from cxr_app.viewer.film_view import FilmView, FullDepth, Overlay

__all__ = [
    "PREVIEW_SIDE",
    "encode_depth",
    "encode_failure",
    "encode_preview",
    "encode_view",
    "pack_values",
]

PREVIEW_SIDE: Final = 1024  # pixels of the longer side: about 100 kB


def encode_preview(pixels: NDArray[np.uint8], *, side_px: int = PREVIEW_SIDE) -> bytes:
    """Make the picture that is shown until the full depth has come.

    Parameters
    ----------
    pixels : ndarray, uint8 [height, width]
        The film as the program shows it.
    side_px : int, default 1024
        Of the longer side. A smaller film is not enlarged.

    Returns
    -------
    bytes
        Eight-bit grey JPEG.
    """
    picture = Image.fromarray(pixels)
    picture.thumbnail((side_px, side_px), reducing_gap=2.0)
    file = io.BytesIO()
    picture.save(file, format="JPEG", quality=85)
    return file.getvalue()


def encode_view(view: FilmView, *, has_depth: bool, height_px: int, group: str | None) -> bytes:
    """Say all of a film but its stored values.

    Parameters
    ----------
    view : FilmView
    has_depth : bool
        Whether the browser may ask for the stored values.
    height_px : int
        Of the viewer.
    group : str or None
        Name of the viewers that follow one another.
    """
    lines = [np.ascontiguousarray(line, dtype="<f4") for line in view.outlines]
    parts = {"preview": view.preview, "outlines": b"".join(line.tobytes() for line in lines)}
    header = {
        "kind": "view",
        "film": view.film_id,
        "width": view.width,
        "height": view.height,
        "alt": view.alt,
        "has_depth": has_depth,
        "height_px": height_px,
        "group": group,
        "outline_label": view.outline_label,
        "outlines": [len(line) for line in lines],
        "overlay": None,
    }
    if view.overlay is not None:
        header["overlay"] = _overlay(view.overlay)
        parts["grid"] = np.ascontiguousarray(view.overlay.grid, dtype="<f4").tobytes()
    return _message(header, parts)


def encode_depth(film_id: str, depth: FullDepth) -> bytes:
    """Say the stored values of a film and all that windowing on them needs.

    Values are sent as codes from 0 on, so that a signed film is a table's place, too.
    """
    film = depth.film
    lowest = int(np.iinfo(film.values.dtype).min)
    height, width = film.values.shape
    padding = film.transform.padding
    header = {
        "kind": "depth",
        "film": film_id,
        "width": width,
        "height": height,
        "bytes": film.values.itemsize,
        "lowest": lowest,
        "used": _used(film),
        "slope": film.transform.slope,
        "intercept": film.transform.intercept,
        "is_inverted": film.transform.inverted,
        "padding": None if padding is None else [end - lowest for end in padding],
        "window": _window(film.transform.window),
        "windows": [_window(window) for window in film.windows],
        "presets": [{"label": one.label, **_window(one.window)} for one in depth.presets],
        "spacing": None if film.spacing is None else _spacing(film),
    }
    parts = {"greys": film.greys.tobytes(), "values": pack_values(film.values)}
    return _message(header, parts)


def encode_failure(film_id: str, sentence: str) -> bytes:
    """Say why the stored values do not come."""
    return _message({"kind": "failure", "film": film_id, "sentence": sentence}, {})


def pack_values(values: NDArray[Any]) -> bytes:
    """Pack stored values, so that a film of noise takes half its bytes on the way.

    Each row as differences, which are small numbers where neighbours are alike; these with
    their sign in the lowest bit; low bytes before high bytes; then deflate with its run-length
    strategy, which took half the time of its usual one and was smaller, too (ADR 21).

    Parameters
    ----------
    values : ndarray, uint8, uint16, int8 or int16 [height, width]

    Returns
    -------
    bytes
        A zlib stream.
    """
    unsigned = np.ascontiguousarray(values).view(f"u{values.itemsize}")
    if values.dtype.kind == "i":
        unsigned = unsigned ^ unsigned.dtype.type(1 << (8 * values.itemsize - 1))
    steps = unsigned.copy()
    np.subtract(unsigned[:, 1:], unsigned[:, :-1], out=steps[:, 1:])
    sign = steps >> (8 * values.itemsize - 1)
    folded = (steps << 1) ^ (0 - sign).astype(steps.dtype)
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_RLE)
    planes = [folded.astype(np.uint8)]
    if values.itemsize == 2:
        planes.append((folded >> 8).astype(np.uint8))
    return b"".join([*(packer.compress(plane.tobytes()) for plane in planes), packer.flush()])


def _message(header: dict[str, Any], parts: Mapping[str, bytes]) -> bytes:
    body = b"".join(parts.values())
    # The browser gets every message again with each run of the page, and skips what it has.
    told = {**header, "parts": {name: len(part) for name, part in parts.items()}}
    seen = hashlib.blake2b(json.dumps(told).encode(), digest_size=12)
    seen.update(body)
    text = json.dumps({**told, "revision": seen.hexdigest()}).encode()
    return struct.pack("<I", len(text)) + text + body


def _overlay(overlay: Overlay) -> dict[str, Any]:
    rows, columns = overlay.grid.shape
    return {
        "rows": rows,
        "columns": columns,
        "box": [float(side) for side in overlay.box],
        "low": float(overlay.low),
        "high": float(overlay.high),
        "label": overlay.label,
        "contour": None if overlay.contour is None else float(overlay.contour),
        "is_on": overlay.is_on,
    }


def _window(window: Window | None) -> dict[str, Any]:
    if window is None:
        return {}
    return {"centre": window.centre, "width": window.width, "function": str(window.function)}


def _spacing(film: StoredFilm) -> dict[str, Any] | None:
    spacing = film.spacing
    if spacing is None:
        return None
    return {"row": spacing.row_mm, "column": spacing.column_mm, "kind": str(spacing.kind)}


def _used(film: StoredFilm) -> list[int]:
    """Give the lowest and the highest code that is no padding."""
    lowest = int(np.iinfo(film.values.dtype).min)
    values = film.values
    if film.transform.padding is not None:
        first, last = film.transform.padding
        inside = values[(values < first) | (values > last)]
        values = inside if inside.size else values
    return [int(values.min()) - lowest, int(values.max()) - lowest]
