"""Class `Prediction`, the public face."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cxr_app
from cxr_app import Prediction, load_bundle
from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.drawing import draw_film

FILM = draw_film(1, size=(300, 240))


@pytest.fixture(scope="module")
def prediction(tiny_bundle: Path) -> Prediction:
    return Prediction(load_bundle(tiny_bundle))


def test_the_public_names_are_these():
    assert cxr_app.__all__ == ["Prediction", "load_bundle"]


def test_load_bundle_takes_the_folder_of_the_environment(tiny_bundle, monkeypatch):
    monkeypatch.setenv("CXR_MODEL", str(tiny_bundle))

    assert load_bundle().spec.name == "tiny"


def test_a_result_unpacks_into_label_confidence_and_confidences(prediction: Prediction):
    label, confidence, confidences = prediction.classify_image(FILM)

    assert set(confidences) == {"NORMAL", "PNEUMONIA"}
    assert confidence == confidences[label] == max(confidences.values())
    assert sum(confidences.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(FILM.pixels.copy(), id="an array"),
        pytest.param(Image.fromarray(FILM.pixels), id="a Pillow picture"),
        pytest.param(np.stack([FILM.pixels] * 3, axis=-1), id="three equal channels"),
    ],
)
def test_every_form_of_a_film_gets_the_same_answer(prediction: Prediction, image):
    assert prediction.classify_image(image).logits == prediction.classify_image(FILM).logits


def test_a_heat_map_is_as_coarse_as_the_networks_last_map(prediction: Prediction):
    result = prediction.classify_image(FILM)

    both = {label: result.heatmap(label) for label in result.confidences}

    assert {m.shape for m in both.values()} == {(8, 8)}
    assert not ((both["NORMAL"] > 0) & (both["PNEUMONIA"] > 0)).any()
    assert np.array_equal(result.heatmap(), both[result.label])


def test_a_heat_map_of_no_label_of_the_bundle_is_refused(prediction: Prediction):
    with pytest.raises(ValueError, match="NORMAL, PNEUMONIA"):
        prediction.classify_image(FILM).heatmap("FRACTURE")


def test_a_blank_film_has_no_number(prediction: Prediction):
    with pytest.raises(Rejected) as caught:
        prediction.classify_image(np.full((300, 300), 80, np.uint8))

    assert caught.value.code is Code.NOT_A_CHEST_FILM


def test_the_result_names_threshold_zone_and_precision(prediction: Prediction):
    result = prediction.classify_image(FILM)

    assert (result.threshold, result.zone, result.precision) == (0.5, (0.45, 0.55), "f32")
