"""An engine that finds the lungs too."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from cxr_app.bundle import load_bundle, open_bundle
from cxr_app.engine.base import Engine
from cxr_app.engine.choose import open_engine
from cxr_app.engine.lungs import LungsEngine
from cxr_app.errors import BundleError
from cxr_app.settings import EngineName, Settings
from tests.bundles import drawn_inputs, drawn_lungs, make_gated_bundle
from training.export.parts import add_parts

FILMS = drawn_inputs(3)


@pytest.fixture(scope="module", params=list(EngineName))
def settings(request: pytest.FixtureRequest) -> Settings:
    return Settings(engine=request.param)


@pytest.fixture(scope="module")
def engine(settings: Settings, gated_bundle: Path) -> Engine:
    return open_engine(load_bundle(gated_bundle), settings)


def test_the_lungs_are_there_whatever_the_engine_of_the_classifier(engine: Engine):
    outputs = engine.run(FILMS)

    assert isinstance(engine, LungsEngine)
    assert outputs.lungs is not None
    assert (outputs.lungs.dtype, outputs.lungs.shape) == (np.float32, (3, 128, 128))
    assert np.array_equal(outputs.lungs, np.stack([drawn_lungs()] * 3))


def test_the_other_outputs_name_and_precision_are_the_classifiers(
    engine: Engine, settings: Settings, tiny_bundle: Path
):
    alone = open_engine(load_bundle(tiny_bundle), settings)

    outputs, expected = engine.run(FILMS), alone.run(FILMS)

    assert outputs.logits.tolist() == expected.logits.tolist()
    assert outputs.features.tolist() == expected.features.tolist()
    assert (engine.name, engine.precision) == (alone.name, alone.precision)


def test_a_bundle_without_lungs_gets_the_plain_engine(settings: Settings, tiny_bundle: Path):
    engine = open_engine(load_bundle(tiny_bundle), settings)

    assert not isinstance(engine, LungsEngine)
    assert engine.run(FILMS).lungs is None


def test_several_threads_may_ask_at_once(engine: Engine):
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda i: engine.run(FILMS[[i % 3]]).lungs, range(20)))

    assert all(np.array_equal(lungs[0], drawn_lungs()) for lungs in found)


def test_threads_may_be_few(gated_bundle: Path):
    engine = open_engine(load_bundle(gated_bundle), Settings(threads=1))

    assert np.array_equal(engine.run(FILMS[:1]).lungs, drawn_lungs()[np.newaxis])


def test_a_graph_without_an_output_called_lungs_is_refused(tiny_bundle: Path, tmp_path: Path):
    bundle = make_gated_bundle(tiny_bundle, tmp_path / "other")
    graph = bundle.read("lungs.xml").replace(b'names="lungs"', b'names="livers"')

    changed = add_parts(bundle, {"lungs.xml": graph}, lambda spec: spec)

    with pytest.raises(BundleError, match=r"lungs\.xml"):
        open_engine(changed, Settings())


def test_the_bytes_are_those_that_were_verified(gated_bundle: Path, tmp_path: Path):
    folder = Path(shutil.copytree(gated_bundle, tmp_path / "bundle"))
    bundle = open_bundle(folder)
    (folder / "lungs.bin").write_bytes(b"")

    with pytest.raises(BundleError) as caught:
        open_engine(bundle, Settings())

    assert caught.value.code == "model_changed"
