"""A model that sees films cut to their lungs: what its network is shown, and what a record says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cxr_app import Prediction, load_bundle
from cxr_app.bundle import Bundle
from cxr_app.codes import Code
from cxr_app.engine.base import Outputs
from cxr_app.errors import BundleError
from cxr_app.imaging.standardise import WHOLE, standardise
from cxr_app.spec import Spec, StandardiseSpec
from tests.bundles import drawn_lungs, make_gated_bundle
from tests.makers import film
from training.export.parts import add_parts

HOW = StandardiseSpec(margin=0.04, low=1.0, high=99.0)


def standardising(bundle: Bundle) -> Bundle:
    def change(spec: Spec) -> Spec:
        return replace(spec, input=replace(spec.input, standardise=HOW))

    return add_parts(bundle, {}, change)


@pytest.fixture(scope="module")
def bundle(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    made = make_gated_bundle(tiny_bundle, tmp_path_factory.mktemp("standardised") / "own")
    standardising(made)
    return load_bundle(made.folder)


def test_the_network_is_shown_the_film_cut_to_its_lungs(bundle: Bundle):
    prediction, grey = Prediction(bundle), film(1, (512, 512))
    shown = []
    run = prediction.engine.run

    def watched(inputs: np.ndarray) -> Outputs:
        shown.append(inputs)
        return run(inputs)

    prediction.engine.run = watched  # type: ignore[method-assign]
    seen = prediction.see(grey)

    expected = standardise(grey, lambda _: drawn_lungs(), HOW)
    assert len(shown) == 1
    assert np.array_equal(shown[0][0, :, :, 0], expected.pixels)
    assert seen.box == expected.box != WHOLE
    assert seen.evidence is not None
    assert np.array_equal(seen.evidence.grey, grey)  # the gate looks at the whole film


def test_a_film_is_answered_without_a_word(bundle: Bundle):
    assert Prediction(bundle).classify_image(film(1, (300, 240))).warnings == ()


def test_where_no_lungs_are_found_the_whole_film_is_used_and_it_is_said(
    tiny_bundle: Path, tmp_path: Path
):
    none = np.zeros((128, 128), np.float32)
    made = standardising(make_gated_bundle(tiny_bundle, tmp_path / "own", lungs=none))
    prediction = Prediction(made)

    assert prediction.see(film(1, (512, 512))).box is WHOLE
    warnings = prediction.classify_image(film(1, (300, 240))).warnings
    assert Code.LUNGS_NOT_FOUND in warnings


def test_what_it_standardises_by_is_part_of_its_identity(tiny_bundle: Path, tmp_path: Path):
    plain = make_gated_bundle(tiny_bundle, tmp_path / "own")

    assert standardising(plain).sha256 != plain.sha256


@pytest.mark.parametrize("margin", [-0.1, 0.6])
def test_a_margin_out_of_range_is_refused(tiny_bundle: Path, tmp_path: Path, margin: float):
    made = standardising(make_gated_bundle(tiny_bundle, tmp_path / "own"))
    place = made.folder / "spec.json"
    text = place.read_text("utf-8").replace('"margin": 0.04', f'"margin": {margin}')
    place.write_text(text, "utf-8")

    with pytest.raises(BundleError, match=r"input\.standardise\.margin"):
        load_bundle(made.folder)
