"""An archive of findings, its recipe and its bundle, for several files of tests."""

import shutil
from pathlib import Path

import pytest

from tests.training import findings
from training.evaluation import ledger
from training.metrics import bootstrap


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once; tests get a copy."""
    return findings.make_all(tmp_path_factory.mktemp("findings"))


@pytest.fixture
def place(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to write on, and a ledger of its own."""
    shutil.copytree(made, tmp_path / "copy")
    monkeypatch.setattr(ledger, "LEDGER", tmp_path / "ledger.csv")
    monkeypatch.setattr(bootstrap, "DRAWS", 50)
    return tmp_path / "copy"
