"""What the small classifiers read of a picture."""

import numpy as np
import pytest

from cxr_app.examination.evidence import Evidence, grey_statistics, lung_measures
from tests.bundles import drawn_lungs

AREA, BALANCE, INSIDE, UNSURE, MIDDLE = range(64, 69)
BOX, EDGES, RATIO = slice(69, 73), slice(73, 77), 77
QUANTILES, STEPS, MOST, LEVELS, MIRRORED = slice(256, 263), slice(263, 265), 265, 266, 267


def quarter(top: int, left: int) -> np.ndarray:
    """Lungs that fill a quarter of the map, with certainty."""
    lungs = np.zeros((128, 128), np.float32)
    lungs[top : top + 64, left : left + 64] = 1
    return lungs


def test_the_vectors_are_the_features_the_lungs_and_the_greys():
    features = np.zeros((2, 2, 3), np.float32)
    features[0, 0] = (4, 8, 0)
    grey = np.arange(512 * 512, dtype=np.uint32).reshape(512, 512).astype(np.uint8)
    evidence = Evidence(features=features, lungs=drawn_lungs(), grey=grey)

    of_gate, of_orientation = evidence.of_gate(), evidence.of_orientation()

    assert of_gate.dtype == of_orientation.dtype == np.float32
    assert of_gate[:3].tolist() == [1.0, 2.0, 0.0]  # means of four cells
    assert of_gate[3:].tolist() == of_orientation.tolist()
    assert of_orientation[:78].tolist() == lung_measures(evidence.lungs).tolist()
    assert of_orientation[78:].tolist() == grey_statistics(grey).tolist()


def test_the_map_of_the_lungs_is_reduced_to_eight_by_eight():
    reduced = lung_measures(quarter(0, 64))[:64].reshape(8, 8)

    assert reduced[:4, 4:].tolist() == [[1.0] * 4] * 4
    assert reduced.sum() == 16


def test_lungs_in_one_quarter_of_the_picture():
    found = lung_measures(quarter(0, 64))

    assert found[AREA] == 0.25
    assert found[BALANCE] == 0  # all in the right half
    assert found[INSIDE] == 1
    assert found[UNSURE] == found[RATIO] == 0
    assert found[MIDDLE] == 0.25  # 64 x 8 of the 128 x 16 pixels of the middle
    assert found[BOX].tolist() == [0, 63 / 128, 64 / 128, 127 / 128]  # top, bottom, left, right
    assert found[EDGES].tolist() == [0.5, 0, 0, 0.5]  # top, bottom, left, right


def test_two_equal_lungs_are_in_balance():
    found = lung_measures(drawn_lungs())

    assert found[BALANCE] == pytest.approx(1, abs=0.01)
    assert found[MIDDLE] == 0
    assert found[EDGES].tolist() == [0, 0, 0, 0]


def test_where_there_are_no_lungs_the_box_is_the_whole_picture():
    found = lung_measures(np.zeros((128, 128), np.float32))

    assert found[AREA] == found[BALANCE] == found[INSIDE] == 0
    assert found[BOX].tolist() == [0, 1, 0, 1]


def test_doubt_is_measured_against_the_area():
    lungs = quarter(0, 0)
    lungs[64:, 64:] = 0.3  # another quarter that may be lung

    found = lung_measures(lungs)

    assert found[UNSURE] == 0.25
    assert found[RATIO] == pytest.approx(0.25 / 0.26)


def test_greys_of_a_picture_of_two_halves():
    grey = np.zeros((512, 512), np.uint8)
    grey[:, 256:] = 255

    found = grey_statistics(grey)

    # Mean 127.5 and deviation 127.5; 4 are added to the deviation.
    thumb = found[:256].reshape(16, 16)
    assert thumb[:, :8] == pytest.approx(-127.5 / 131.5)
    assert thumb[:, 8:] == pytest.approx(127.5 / 131.5)
    assert found[QUANTILES].tolist() == pytest.approx([0, 0, 0, 2, 4, 4, 4])  # 4 is white
    # No step from row to row; one of 255 among 127 from column to column.
    assert found[STEPS].tolist() == pytest.approx([0, 255 / 127])
    assert found[MOST] == 10  # 20 times the half that has one grey
    assert found[LEVELS] == pytest.approx(2 / 25)
    assert found[MIRRORED] == pytest.approx(-((127.5 / 131.5) ** 2))


def test_a_picture_of_one_grey_divides_by_nothing():
    assert np.isfinite(grey_statistics(np.full((512, 512), 80, np.uint8))).all()
    assert not grey_statistics(np.full((512, 512), 80, np.uint8))[:256].any()


def test_lungs_that_are_no_numbers_stay_none():
    """So that whoever reads them can tell that the network has failed."""
    found = lung_measures(np.full((128, 128), np.nan, np.float32))

    assert np.isnan(found[:64]).all()
