"""The network that finds the lungs, as a bundle holds it."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from cxr_app.bundle import load_bundle, open_bundle
from cxr_app.engine.lungs import LungFinder, open_lungs
from cxr_app.errors import BundleError
from tests.bundles import drawn_inputs, drawn_lungs, make_gated_bundle
from training.export.parts import add_parts

FILMS = drawn_inputs(3)[:, :, :, 0]


@pytest.fixture(scope="module")
def finder(gated_bundle: Path) -> LungFinder:
    found = open_lungs(load_bundle(gated_bundle))
    assert found is not None
    return found


def test_it_gives_a_map_of_the_lungs(finder: LungFinder):
    lungs = finder.find(FILMS[0])

    assert (lungs.dtype, lungs.shape) == (np.float32, (128, 128))
    assert np.array_equal(lungs, drawn_lungs())


def test_a_bundle_without_lungs_has_none(tiny_bundle: Path):
    assert open_lungs(load_bundle(tiny_bundle)) is None


def test_several_threads_may_ask_at_once(finder: LungFinder):
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda i: finder.find(FILMS[i % 3]), range(20)))

    assert all(np.array_equal(lungs, drawn_lungs()) for lungs in found)


def test_threads_may_be_few(gated_bundle: Path):
    finder = open_lungs(load_bundle(gated_bundle), threads=1)

    assert finder is not None
    assert np.array_equal(finder.find(FILMS[0]), drawn_lungs())


def test_a_graph_without_an_output_called_lungs_is_refused(tiny_bundle: Path, tmp_path: Path):
    bundle = make_gated_bundle(tiny_bundle, tmp_path / "other")
    graph = bundle.read("lungs.xml").replace(b'names="lungs"', b'names="livers"')

    changed = add_parts(bundle, {"lungs.xml": graph}, lambda spec: spec)

    with pytest.raises(BundleError, match=r"lungs\.xml"):
        open_lungs(changed)


def test_the_bytes_are_those_that_were_verified(gated_bundle: Path, tmp_path: Path):
    folder = Path(shutil.copytree(gated_bundle, tmp_path / "bundle"))
    bundle = open_bundle(folder)
    (folder / "lungs.bin").write_bytes(b"")

    with pytest.raises(BundleError) as caught:
        open_lungs(bundle)

    assert caught.value.code == "model_changed"
