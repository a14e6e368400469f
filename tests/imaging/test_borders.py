"""Borders: found on every side, taken off for the examination, nothing else is cut."""

import numpy as np
import pytest

from cxr_app.imaging.borders import picture_share, without_borders

# Bright and dark areas up to every edge.
FILM = np.kron(np.random.default_rng(1).integers(0, 256, (16, 16)), np.ones((16, 16))).astype(
    np.uint8
)


@pytest.mark.parametrize("around", [0, 128, 255])
def test_a_border_on_every_side(around: int):
    framed = np.full((512, 512), around, np.uint8)
    framed[128:384, 128:384] = FILM

    assert picture_share(framed) == pytest.approx(0.25, abs=0.02)
    # 256 pixels are enlarged to 512 again.
    assert np.abs(without_borders(framed)[::2, ::2].astype(int) - FILM).mean() < 12


def test_a_border_on_one_side():
    framed = np.zeros((256, 512), np.uint8)
    framed[:, 256:] = FILM

    assert picture_share(framed) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    "pixels",
    [
        pytest.param(FILM, id="a film without borders"),
        pytest.param(np.full((300, 300), 7, np.uint8), id="one grey all over"),
        pytest.param(np.tile(np.array([0, 255], np.uint8), (300, 150)), id="a fine pattern"),
    ],
)
def test_without_wide_borders_a_picture_is_returned_as_it_is(pixels: np.ndarray):
    assert without_borders(pixels) is pixels
    assert picture_share(pixels) > 0.8
