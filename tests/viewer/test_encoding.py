"""What is sent to the browser, read as the browser reads it."""

import io
import json
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from cxr_app.imaging.dicom.display import DisplayTransform, Window
from cxr_app.imaging.spacing import Spacing, SpacingKind
from cxr_app.imaging.stored import StoredFilm
from cxr_app.viewer import FilmView, FullDepth, Overlay, WindowPreset, encode_preview
from cxr_app.viewer.encoding import encode_depth, encode_failure, encode_view, pack_values

VIEW = {"film_id": "one", "width": 40, "height": 30, "preview": b"picture", "alt": "A film"}


def read(message: bytes) -> tuple[dict, dict[str, bytes]]:
    (length,) = struct.unpack_from("<I", message)
    header = json.loads(message[4 : 4 + length])
    parts, start = {}, 4 + length
    for name, size in header["parts"].items():
        parts[name] = message[start : start + size]
        start += size
    assert start == len(message)
    return header, parts


def unpack(packed: bytes, shape: tuple[int, int], kind: str) -> np.ndarray:
    """Undo `pack_values` in plain Python."""
    size = np.dtype(kind).itemsize
    planes = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(size, *shape).astype(int)
    folded = planes[0] + (planes[1] << 8 if size == 2 else 0)
    steps = (folded >> 1) ^ -(folded & 1)
    codes = np.cumsum(steps, axis=1) % 2 ** (8 * size)
    return (codes + np.iinfo(kind).min).astype(kind)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "int8", "int16"])
def test_packed_values_come_back_whatever_they_are(kind: str):
    info = np.iinfo(kind)
    values = np.random.default_rng(0).integers(info.min, info.max + 1, (37, 53)).astype(kind)
    values[0, :2] = info.min, info.max  # the longest step, in both directions
    values[0, 2] = info.min

    assert np.array_equal(unpack(pack_values(values), values.shape, kind), values)


def test_a_row_of_one_pixel_and_a_view_of_an_array_are_packed_too():
    values = np.arange(20, dtype=np.uint16).reshape(4, 5)[:, ::5]

    assert np.array_equal(unpack(pack_values(values), (4, 1), "uint16"), values)


def depth_of(values: np.ndarray, **more: object) -> tuple[dict, dict[str, bytes]]:
    transform = more.pop("transform", DisplayTransform())
    greys = np.zeros(2 ** (8 * values.itemsize), np.uint8)
    film = StoredFilm(values=values, transform=transform, greys=greys, **more)
    return read(encode_depth("one", FullDepth(film=film)))


def test_codes_of_a_signed_film_count_from_its_lowest_possible_value():
    values = np.array([[-1000, 5], [7, 300]], np.int16)
    header, _ = depth_of(values, transform=DisplayTransform(padding=(-1000, -1000)))

    assert header["lowest"] == -32768
    assert header["padding"] == [31768, 31768]
    assert header["used"] == [32768 + 5, 32768 + 300]  # without the padding


def test_windows_presets_and_spacing_are_plain_numbers():
    spacing = Spacing(row_mm=0.2, column_mm=0.1, kind=SpacingKind.CALIBRATED)
    windows = (Window(centre=40, width=400), Window(centre=50, width=300))
    film = StoredFilm(
        values=np.zeros((2, 2), np.uint16),
        transform=DisplayTransform(window_centre=40, window_width=400),
        greys=np.zeros(65536, np.uint8),
        windows=windows,
        spacing=spacing,
    )
    preset = WindowPreset(label="Lungs", window=Window(centre=1, width=2))
    header, parts = read(encode_depth("one", FullDepth(film=film, presets=(preset,))))

    assert header["window"] == {"centre": 40, "width": 400, "function": "LINEAR"}
    assert [one["width"] for one in header["windows"]] == [400, 300]
    assert header["presets"][0] == {"label": "Lungs", "centre": 1, "width": 2, "function": "LINEAR"}
    assert header["spacing"] == {"row": 0.2, "column": 0.1, "kind": "calibrated"}
    assert len(parts["greys"]) == 65536


def test_a_view_says_its_overlay_and_outlines_and_changes_its_revision_with_them():
    grid = np.arange(6, dtype=np.float64).reshape(2, 3)
    overlay = Overlay(grid=grid, box=(0, 0, 40, 30), low=0, high=5, label="Heat")
    outline = np.array([[1, 2], [3, 4], [5, 6.5]])

    def told(**more: object) -> tuple[dict, dict[str, bytes]]:
        view = FilmView(**VIEW, outlines=(outline,), **more)
        return read(encode_view(view, has_depth=True, height_px=500, group="pair"))

    header, parts = told(overlay=overlay)
    assert (header["overlay"]["rows"], header["overlay"]["columns"]) == (2, 3)
    assert np.array_equal(np.frombuffer(parts["grid"], "<f4"), grid.ravel())
    assert np.frombuffer(parts["outlines"], "<f4").tolist() == [1, 2, 3, 4, 5, 6.5]
    assert header["outlines"] == [3]
    assert parts["preview"] == b"picture"
    assert header["revision"] == told(overlay=overlay)[0]["revision"]
    assert header["revision"] != told()[0]["revision"]


def test_a_failure_is_a_sentence():
    header, parts = read(encode_failure("one", "No film."))

    assert (header["kind"], header["sentence"], parts) == ("failure", "No film.", {})


def test_a_preview_is_a_small_jpeg_of_the_same_shape():
    pixels = np.linspace(0, 255, 1200 * 2000).reshape(1200, 2000).astype(np.uint8)
    with Image.open(io.BytesIO(encode_preview(pixels))) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "L", (1024, 614))


@pytest.mark.parametrize(
    "wrong",
    [
        {"grid": np.zeros(3)},
        {"grid": np.zeros((0, 3))},
        {"grid": np.zeros((513, 3))},
        {"grid": np.full((2, 2), np.nan)},
        {"box": (5, 0, 5, 9)},
        {"box": (0, 0, np.inf, 9)},
        {"low": 1.0, "high": 1.0},
    ],
)
def test_an_overlay_that_cannot_be_drawn_is_refused(wrong: dict):
    right = {"grid": np.zeros((2, 2)), "box": (0, 0, 9, 9), "low": 0.0, "high": 1.0, "label": ""}
    with pytest.raises(ValueError, match=r"grid|box|low"):
        Overlay(**{**right, **wrong})


@pytest.mark.parametrize(
    "wrong",
    [{"width": 0}, {"preview": b""}, {"outlines": (np.zeros((3, 3)),)}],
)
def test_a_view_without_a_film_is_refused(wrong: dict):
    with pytest.raises(ValueError, match=r"pixels|outline"):
        FilmView(**{**VIEW, **wrong})
