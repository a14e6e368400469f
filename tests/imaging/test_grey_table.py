"""The greys of stored values, read off a display."""

import numpy as np
import pytest

from cxr_app.imaging.dicom.display import DisplayTransform, LookupTable, show
from cxr_app.imaging.grey_table import grey_table


@pytest.mark.parametrize("kind", ["uint8", "uint16", "int8", "int16"])
def test_each_value_of_a_film_has_its_own_grey(kind: str):
    info = np.iinfo(kind)
    stored = np.random.default_rng(0).integers(info.min, info.max, (90, 70)).astype(kind)
    shown = show(stored, DisplayTransform(window_centre=30, window_width=100))

    table = grey_table(stored, shown)

    assert table.size == info.max - info.min + 1
    assert np.array_equal(table[stored.astype(int) - info.min], shown)


def test_lookup_tables_of_a_file_are_in_it():
    stored = np.arange(64, dtype=np.uint16).reshape(8, 8)
    voi = LookupTable(first=10, entries=np.array([0, 255, 7], np.uint16), bits=8)
    shown = show(stored, DisplayTransform(), voi=voi)

    assert np.array_equal(grey_table(stored, shown)[:64], shown.ravel())


def test_values_between_get_greys_between_but_none_beside_padding():
    stored = np.array([[0, 100, 200]], np.uint16)
    shown = np.array([[0, 50, 150]], np.uint8)

    table = grey_table(stored, shown, padding=(0, 0))

    assert (table[0], table[1], table[99], table[150], table[60000]) == (0, 50, 50, 100, 150)
    assert grey_table(stored, shown)[50] == 25  # where 0 is picture, too


def test_a_film_of_padding_alone_is_black():
    stored = np.full((3, 3), 7, np.uint16)

    assert not grey_table(stored, np.zeros((3, 3), np.uint8), padding=(7, 7)).any()
