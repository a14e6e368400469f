"""Fixtures that several folders of tests share."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from cxr_app.decoding.pool import DecoderPool
from cxr_app.limits import Limits

# `make soak` asks for it; the deadline would fail a slow machine, not a slow function.
settings.register_profile("soak", max_examples=2_000, deadline=None)


# Files that draw the page, start programs, or build and train networks: `make test-quick` leaves
# them out.
SLOW = (
    "bad/test_command_line.py",
    "bad/test_page.py",
    "decoding/",
    "contract/",
    "stories/",
    "test_discs.py",
    "test_golden.py",
    "test_imports.py",
    "test_silence.py",
    "viewer/test_modules.py",
    "viewer/test_viewing.py",
    "training/evaluation/",
    "training/examination/test_pipeline.py",
    "training/explanation/test_gradient_map.py",
    "training/export/",
    "training/learning/test_backends.py",
    "training/learning/test_distillation.py",
    "training/learning/test_fit.py",
    "training/learning/test_logs.py",
    "training/learning/test_training.py",
    "training/lungs/test_pipeline.py",
    "training/networks/",
    "training/selection/",
    "training/test_pipeline",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in one of the slow files."""
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).as_posix().startswith(SLOW):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def decoder() -> Iterator[DecoderPool]:
    """One decoder process, for all tests that classify files."""
    pool = DecoderPool(Limits(), 1)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a small real bundle once; tests that change it work on a copy."""
    from tests.bundles import make_tiny_bundle

    folder = tmp_path_factory.mktemp("models") / "tiny"
    make_tiny_bundle(folder)
    # Where Keras is loaded, Streamlit collects garbage after each run of a page: a third of a
    # second for all that TensorFlow has made, none of which is garbage.
    gc.freeze()
    return folder


@pytest.fixture(scope="session")
def gated_bundle(tiny_bundle: Path) -> Path:
    """Make a small real bundle that examines films: dark pictures are none, all others are."""
    from tests.bundles import make_gated_bundle

    folder = tiny_bundle.with_name("gated")
    make_gated_bundle(tiny_bundle, folder)
    return folder
