"""The grey pipeline, against values worked out by hand from the formulas of PS3.3."""

import math

import numpy as np
import pytest

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.display import DisplayTransform, Function, LookupTable, show


def _shown(values, transform=None, dtype=np.uint16, **tables):
    stored = np.array([values], dtype=dtype)
    return show(stored, transform or DisplayTransform(), **tables)[0].tolist()


def _window(centre, width, function=Function.LINEAR, **others):
    return DisplayTransform(
        window_centre=centre, window_width=width, window_function=function, **others
    )


def _table(first, entries, bits=16):
    return LookupTable(first=first, entries=np.array(entries, dtype=np.uint16), bits=bits)


def test_without_a_window_the_range_is_stretched():
    # (150 - 100) / 200 * 255 = 63.75 -> 64; (200 - 100) / 200 * 255 = 127.5 -> 128, half up
    assert _shown([100, 150, 200, 300]) == [0, 64, 128, 255]


def test_one_value_alone_is_black():
    assert _shown([7, 7]) == [0, 0]


def test_linear_window():
    # c 100, w 101: below 100 - 0.5 - 50 = 49.5 black, above 149.5 white, between
    # ((x - 99.5) / 100 + 0.5) * 255: x 50 -> 0.005 * 255 = 1.275 -> 1;
    # x 100 -> 0.505 * 255 = 128.775 -> 129; x 149 -> 0.995 * 255 = 253.725 -> 254
    assert _shown([49, 50, 100, 149, 150], _window(100, 101)) == [0, 1, 129, 254, 255]


def test_linear_window_of_256_is_the_identity():
    # ((x - 127.5) / 255 + 0.5) * 255 = x
    values = list(range(256))
    assert _shown(values, _window(128, 256)) == values


def test_linear_window_of_width_1_is_a_step():
    # x <= c - 0.5 = 99.5 black, else white
    assert _shown([99, 100], _window(100, 1)) == [0, 255]


def test_linear_exact_window():
    # c 100, w 100: x <= 50 black, x > 150 white, between ((x - 100) / 100 + 0.5) * 255:
    # 51 -> 0.01 * 255 = 2.55 -> 3; 100 -> 127.5 -> 128; 150 -> 255
    transform = _window(100, 100, Function.LINEAR_EXACT)
    assert _shown([50, 51, 100, 150, 151], transform) == [0, 3, 128, 255, 255]


def test_linear_exact_window_may_be_narrower_than_1():
    assert _shown([0, 1], _window(0.5, 0.5, Function.LINEAR_EXACT)) == [0, 255]


def test_sigmoid_window():
    # 255 / (1 + exp(-4 (x - 100) / 100)): 100 -> 127.5 -> 128;
    # 150 -> 255 / (1 + e^-2) = 255 / 1.135335 = 224.60 -> 225; 50 -> 255 / (1 + e^2) = 30.40 -> 30
    transform = _window(100, 100, Function.SIGMOID)
    assert _shown([50, 100, 150], transform) == [30, 128, 225]


def test_sigmoid_does_not_overflow():
    assert _shown([0, 65535], _window(30000, 1e-9, Function.SIGMOID)) == [0, 255]


def test_rescaling_comes_before_the_window():
    # 2 x - 100: 50 -> 0, 100 -> 100, 178 -> 256; window 128 / 256 is the identity, cut at 255
    transform = _window(128, 256, slope=2.0, intercept=-100.0)
    assert _shown([50, 100, 178], transform) == [0, 100, 255]


def test_negative_slope_turns_the_film():
    # 255 - x
    assert _shown([0, 55, 255], _window(128, 256, slope=-1.0, intercept=255.0)) == [255, 200, 0]


def test_signed_values():
    # x + 1000: -1000 -> 0, -900 -> 100, -745 -> 255
    transform = _window(128, 256, intercept=1000.0)
    assert _shown([-1000, -900, -745], transform, np.int16) == [0, 100, 255]
    assert _shown([-128, 0, 127], None, np.int8) == [0, 128, 255]  # 128 / 255 * 255


def test_inverted():
    assert _shown([0, 55, 255], _window(128, 256, inverted=True)) == [255, 200, 0]


def test_inverted_is_turned_before_rounding():
    # 255 - 127.5 = 127.5 -> 128, as half up has it
    assert _shown([0, 1, 2], DisplayTransform(inverted=True)) == [255, 128, 0]


def test_modality_table():
    # 2 -> entry 0 (below), 10 -> 0, 11 -> 100, 12 -> 200, 99 -> 200 (above)
    table = _table(10, [0, 100, 200])
    assert _shown([2, 10, 11, 12, 99], _window(128, 256), modality=table) == [0, 0, 100, 200, 200]


def test_voi_table_goes_before_the_window():
    # ten bits: 1023 is white; 512 / 1023 * 255 = 127.62 -> 128
    table = _table(0, [0, 512, 1023], bits=10)
    assert _shown([0, 1, 2], _window(0, 1), voi=table) == [0, 128, 255]


def test_voi_table_of_signed_values():
    # first -1: -5 and -1 -> 0, 0 -> 51, 1 and 9 -> 255, of eight bits
    table = _table(-1, [0, 51, 255], bits=8)
    assert _shown([-5, -1, 0, 1, 9], None, np.int16, voi=table) == [0, 0, 51, 255, 255]


def test_voi_table_after_rescaling():
    # x - 1 -> -1, 0, 1 with first 0: 0, 0, 255
    table = _table(0, [0, 255], bits=8)
    assert _shown([0, 1, 2], DisplayTransform(intercept=-1.0), voi=table) == [0, 0, 255]


def test_padding_is_black_and_does_not_stretch():
    # 10..20 is the range: 15 -> 127.5 -> 128
    transform = DisplayTransform(padding=(0, 0))
    assert _shown([0, 10, 15, 20], transform) == [0, 0, 128, 255]
    transform = DisplayTransform(padding=(60000, 65535))
    assert _shown([10, 15, 20, 60000, 65000], transform) == [0, 128, 255, 0, 0]


def test_padding_stays_black_where_the_film_is_inverted():
    transform = DisplayTransform(padding=(0, 0), inverted=True)
    assert _shown([0, 10, 20], transform) == [0, 255, 0]


def test_padding_of_negative_values():
    transform = DisplayTransform(padding=(-2000, -2000))
    assert _shown([-2000, 0, 100], transform, np.int16) == [0, 0, 255]


def test_a_film_of_padding_alone_is_black():
    assert _shown([5, 5], DisplayTransform(padding=(5, 5), inverted=True)) == [0, 0]


@pytest.mark.parametrize("slope", [1e308, -1e308])
def test_values_that_are_no_numbers(slope):
    with pytest.raises(Rejected) as error:
        _shown([0, 65535], DisplayTransform(slope=slope))
    assert error.value.code is Code.BAD_PIXEL_VALUES


def test_only_values_that_the_film_holds_count():
    # 1e308 * 1 is a number, if 1e308 * 65535 is not
    assert _shown([0, 1], DisplayTransform(slope=1e308)) == [0, 255]


@pytest.mark.parametrize("function", list(Function))
def test_every_value_of_sixteen_bits_against_the_formula(function):
    centre, width = 30000.25, 20000.5
    stored = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    found = show(stored, _window(centre, width, function)).reshape(-1)

    def formula(x):
        if function is Function.SIGMOID:
            return 255 / (1 + math.exp(-4 * (x - centre) / width))
        half = 0.5 if function is Function.LINEAR else 0
        c, w = centre - half, width - 2 * half
        if x <= c - w / 2:
            return 0
        return 255 if x > c + w / 2 else ((x - c) / w + 0.5) * 255

    for x in range(0, 65536, 97):
        assert found[x] == math.floor(formula(x) + 0.5)


def test_a_film_of_many_blocks():
    stored = np.arange(2**22, dtype=np.uint32).astype(np.uint16).reshape(2048, 2048)
    found = show(stored, DisplayTransform())
    # 65535 = 257 * 255, so x / 257 rounded half up
    assert (found == np.floor(stored / 257 + 0.5)).all()
