"""The window of the lungs."""

import numpy as np
import pytest

from cxr_app.imaging.dicom.display import DisplayTransform
from cxr_app.imaging.stored import StoredFilm
from cxr_app.viewer import window_of_lungs


def film(values: np.ndarray, **transform: object) -> StoredFilm:
    greys = np.zeros(65536, np.uint8)
    return StoredFilm(values=values, transform=DisplayTransform(**transform), greys=greys)


def test_it_goes_from_the_5th_to_the_95th_percentile_in_rescaled_values():
    values = np.tile(np.arange(101, dtype=np.uint16) + 1000, (40, 1))  # 1,000 to 1,100
    stored = film(np.hstack([values, np.full((40, 101), 60000, np.uint16)]), slope=2, intercept=-5)

    window = window_of_lungs(stored, np.array([[1.0, 0.0]])).window

    # 2 x 1,005 - 5 = 2,005 to 2 x 1,095 - 5 = 2,185
    assert (window.centre, window.width) == pytest.approx((2095, 180))


def test_padding_is_no_lung():
    values = np.tile(np.array([[0, 0, 0, 10, 20]], np.uint16), (100, 1))

    window = window_of_lungs(film(values, padding=(0, 0)), np.ones((4, 4))).window

    assert (window.centre, window.width) == (15, 10)


def test_the_map_may_cover_a_part_of_the_film():
    values = np.zeros((100, 100), np.uint16)
    values[50:, 50:] = np.arange(50)

    window = window_of_lungs(film(values), np.ones((3, 3)), box=(50, 50, 150, 100)).window

    assert window.width == 47 - 2  # each of 0 to 49 is there fifty times


@pytest.mark.parametrize("lungs", [np.zeros((3, 3)), np.eye(3)])
def test_no_lungs_or_one_value_make_no_window(lungs: np.ndarray):
    assert window_of_lungs(film(np.zeros((90, 90), np.uint16)), lungs) is None
