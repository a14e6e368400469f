"""Fixtures that several folders of tests share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a small real bundle once; tests that change it work on a copy."""
    from tests.bundles import make_tiny_bundle

    folder = tmp_path_factory.mktemp("models") / "tiny"
    make_tiny_bundle(folder)
    return folder
