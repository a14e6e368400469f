"""The display settings of a header, those that are unusable included."""

import numpy as np
import pytest

from cxr_app.codes import Code
from cxr_app.imaging.dicom.display import DisplayTransform, Function
from tests.imaging.dicom.asking import read, rejection, row, shown
from tests.imaging.dicom.makers import (
    BIG,
    EXPLICIT,
    IMPLICIT,
)

DX_CLASS = "1.2.840.10008.5.1.4.1.1.1.1"
SC_CLASS = "1.2.840.10008.5.1.4.1.1.7"
REPAIRED = (Code.DISPLAY_VALUES_REPAIRED,)


def test_window_of_the_header():
    # 128 / 256 is the identity
    assert shown([0, 7, 255], WindowCenter="128", WindowWidth="256") == [0, 7, 255]


def test_first_of_several_windows():
    found = read(WindowCenter="128\\5", WindowWidth="256\\9").transform
    assert (found.window_centre, found.window_width) == (128, 256)


@pytest.mark.parametrize(
    ("name", "function"), [("", "LINEAR"), ("LINEAR_EXACT", "LINEAR_EXACT"), ("SIGMOID", "SIGMOID")]
)
def test_function_of_the_window(name, function):
    found = read(WindowCenter="128", WindowWidth="0.5" if name else "1", VOILUTFunction=name)
    assert found.transform.window_function is Function(function)
    assert found.warnings == ()


@pytest.mark.parametrize(
    "values",
    [
        {"WindowCenter": "128", "WindowWidth": "0"},
        {"WindowCenter": "128", "WindowWidth": "-256"},
        {"WindowCenter": "128", "WindowWidth": "0.5"},  # LINEAR asks for 1 or more
        {"WindowCenter": "128", "WindowWidth": "nan"},
        {"WindowCenter": "inf", "WindowWidth": "256"},
        {"WindowCenter": "abc", "WindowWidth": "256"},
        {"WindowCenter": "1_2", "WindowWidth": "256"},
        {"WindowCenter": "128"},
        {"WindowWidth": "256"},
        {"WindowCenter": "128", "WindowWidth": "0", "VOILUTFunction": "LINEAR_EXACT"},
        {"WindowCenter": "128", "WindowWidth": "256", "VOILUTFunction": "SQUARE"},
    ],
)
def test_a_window_that_is_unusable(values):
    film = read(row([10, 15, 20]), **values)
    assert film.warnings == REPAIRED
    assert film.transform.window is None
    assert film.display.reshape(-1)[:3].tolist() == [0, 128, 255]


def test_empty_window_is_none():
    assert read(WindowCenter="", WindowWidth="").warnings == ()


@pytest.mark.parametrize(
    "values",
    [
        {"RescaleSlope": "0", "RescaleIntercept": "7"},
        {"RescaleSlope": "nan"},
        {"RescaleSlope": "1e999"},
        {"RescaleSlope": "one"},
        {"RescaleSlope": "2", "RescaleIntercept": "-inf"},
    ],
)
def test_a_rescaling_that_is_unusable(values):
    film = read(WindowCenter="128", WindowWidth="256", **values)
    assert film.warnings == REPAIRED
    assert (film.transform.slope, film.transform.intercept) == (1, 0)


def test_rescaling_that_overflows():
    assert rejection(RescaleSlope="1e308").code is Code.BAD_PIXEL_VALUES


def test_rescaling():
    # 2 x - 10: 5 -> 0, 10 -> 10, 100 -> 190
    window = {"WindowCenter": "128", "WindowWidth": "256"}
    found = shown([5, 10, 100], RescaleSlope="2", RescaleIntercept="-10", **window)
    assert found == [0, 10, 190]
    # 255 - x
    found = shown([5, 10, 100], RescaleSlope="-1", RescaleIntercept="255", **window)
    assert found == [250, 245, 155]


def _lut(descriptor, data):
    return [{"LUTDescriptor": descriptor, "LUTData": data}]


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG])
def test_modality_table_goes_before_the_rescaling(syntax):
    table = _lut([3, 10, 16], [0, 100, 200])
    found = shown(
        [9, 10, 11, 12, 13],
        syntax=syntax,
        ModalityLUTSequence=table,
        RescaleSlope="7",
        WindowCenter="128",
        WindowWidth="256",
    )
    assert found == [0, 0, 100, 200, 200]


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG])
def test_voi_table_goes_before_the_window(syntax):
    # twelve bits: 2048 / 4095 * 255 = 127.53 -> 128
    table = _lut([3, 1, 12], [0, 2048, 4095])
    found = shown(
        [0, 1, 2, 3, 4], syntax=syntax, VOILUTSequence=table, WindowCenter="0", WindowWidth="1"
    )
    assert found == [0, 0, 128, 255, 255]


def test_a_table_of_65536_entries_says_0():
    # entry k is k: x / 257 rounded half up
    entries = np.arange(65536)
    assert shown([0, 257, 128 * 257, 65535], VOILUTSequence=_lut([0, 0, 16], entries)) == [
        0,
        1,
        128,
        255,
    ]


def test_the_first_value_of_a_table_is_signed_where_the_pixels_are():
    table = _lut([3, -1, 8], [0, 51, 255])
    assert shown([-2, -1, 0, 1], np.int16, VOILUTSequence=table) == [0, 0, 51, 255]
    # 0xFFFF is 65535 of pixels without a sign
    assert shown([65534, 65535, 5], VOILUTSequence=_lut([1, 0xFFFF, 8], [51])) == [51, 51, 51]
    # ... but -1 where the rescaling makes them negative
    assert shown([0, 1, 2], VOILUTSequence=table, RescaleIntercept="-1", RescaleSlope="1") == [
        0,
        51,
        255,
    ]


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG])
def test_entries_of_eight_bits_may_stand_in_pairs(syntax):
    # words 0x3300, 0x00FF: entries 0x00, 0x33, 0xFF
    table = _lut([3, 0, 8], [0x3300, 0x00FF])
    assert shown([0, 1, 2], syntax=syntax, VOILUTSequence=table) == [0, 51, 255]


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(_lut([3, 0, 8], [1]), id="too few entries"),
        pytest.param(_lut([3, 0, 7], [1, 2, 3]), id="seven bits"),
        pytest.param(_lut([3, 0, 17], [1, 2, 3]), id="seventeen bits"),
        pytest.param(_lut([3, 0], [1, 2, 3]), id="two numbers"),
        pytest.param([{"LUTData": [1, 2, 3]}], id="no descriptor"),
        pytest.param(_lut([3, 0, 8], []), id="no entries"),
    ],
)
def test_a_table_that_is_unusable(table):
    film = read(row([10, 15, 20]), ModalityLUTSequence=table)
    assert film.warnings == REPAIRED
    assert film.display.reshape(-1)[:3].tolist() == [0, 128, 255]
    assert read(VOILUTSequence=table).warnings == REPAIRED
    # A usable window beside a bad VOI LUT is the file's own alternative: PS3.3, C.11.2.1.1.
    assert read(VOILUTSequence=table, WindowCenter="9", WindowWidth="9").warnings == ()


@pytest.mark.parametrize(
    ("photometric", "shape", "inverted"),
    [
        ("MONOCHROME2", None, False),
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME1", None, True),
        ("MONOCHROME1", "INVERSE", True),
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME1", "IDENTITY", True),
    ],
)
def test_inversion(photometric, shape, inverted):
    values = {"PhotometricInterpretation": photometric, "PresentationLUTShape": shape}
    assert read(**values).transform.inverted is inverted
    assert shown([0, 10], **values) == ([255, 0] if inverted else [0, 255])


def test_padding():
    # 10, 15, 20 are the range: 15 -> 127.5 -> 128
    assert shown([0, 10, 15, 20], PixelPaddingValue=0) == [0, 0, 128, 255]
    limits = {"PixelPaddingValue": 60000, "PixelPaddingRangeLimit": 50000}
    assert shown([55000, 10, 15, 20], **limits) == [0, 0, 128, 255]
    assert read(**limits).transform.padding == (50000, 60000)
    assert shown([-2000, 10, 15, 20], np.int16, PixelPaddingValue=-2000) == [0, 0, 128, 255]
    assert read(PixelPaddingRangeLimit=9).transform.padding is None


def test_padding_is_black_in_a_negative():
    found = shown([0, 10, 20], PixelPaddingValue=0, PhotometricInterpretation="MONOCHROME1")
    assert found == [0, 255, 0]


def test_transform_is_plain():
    assert read().transform == DisplayTransform()
