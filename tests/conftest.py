"""Fixtures that several folders of tests share."""

import gc
from pathlib import Path

import pytest
from hypothesis import settings

# `make soak` asks for it; the deadline would fail a slow machine, not a slow function.
settings.register_profile("soak", max_examples=2_000, deadline=None)


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
