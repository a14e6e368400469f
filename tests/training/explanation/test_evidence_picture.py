"""The picture of what spoke for a label."""

import io

import numpy as np
import pytest
from PIL import Image

from cxr_app.imaging.drawing import draw_film
from tests.bundles import NOTICE
from training.explanation.evidence_picture import RAMP, draw_map

FILM = draw_film(0, size=(160, 128), marked=False)


def drawn(evidence: np.ndarray, label: str = "PNEUMONIA", notice: str = NOTICE):
    return Image.open(io.BytesIO(draw_map(FILM, evidence, label, notice=notice)))


def colored(evidence: np.ndarray) -> np.ndarray:
    """Rows and columns of what is orange in the two films, without the scale beside them."""
    picture = np.asarray(drawn(evidence).convert("RGB")).astype(int)
    found = np.argwhere(picture[..., 0] - picture[..., 2] > 40)
    return found[found[:, 1] < 0.88 * picture.shape[1]] / picture.shape[:2]


def test_evidence_is_drawn_where_it_lies_and_on_one_of_the_films():
    corner = np.zeros((4, 4), np.float32)
    corner[3, 0] = 2.0  # below, on the left

    rows, columns = colored(corner).T

    assert rows.min() > 0.5
    assert columns.min() > 0.4
    assert columns.max() < 0.7


def test_nothing_is_laid_over_the_film_where_nothing_spoke():
    empty = np.zeros((4, 4), np.float32)

    assert not len(colored(empty))
    assert "no evidence for PNEUMONIA" in drawn(empty).text["Description"]


def test_its_size_and_the_notice_are_said():
    text = drawn(np.ones((3, 5), np.float32)).text

    assert text["Title"] == "Evidence for PNEUMONIA"
    assert "5 x 3 cells" in text["Description"]
    assert NOTICE in text["Description"]


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (16, 16)])
def test_a_map_of_any_size_is_drawn(shape: tuple[int, int]):
    assert len(colored(np.ones(shape, np.float32)))


def test_a_dollar_sign_is_no_formula():
    drawn(np.ones((2, 2), np.float32), label=r"$\frac", notice="$ $")


def test_the_scale_rises_in_lightness():
    red, green, blue, _ = RAMP(np.linspace(0, 1, 50)).T

    # Rec. 709, of linear light; a power of 2.2 is near enough to tell up from down.
    light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
    assert (np.diff(light) > 0).all()
