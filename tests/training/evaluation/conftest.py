"""Models that were evaluated once, for several files of tests; who writes on one gets a copy."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cxr_app import load_bundle
from tests.makers import film, saved
from tests.training import findings
from tests.training.reports import write_metrics
from training.cli import main
from training.evaluation import evaluation, ledger
from training.metrics import bootstrap

FILMS = {
    "train/NORMAL": ("IM-0001-0001", "IM-0002-0001"),
    "train/PNEUMONIA": ("person1_virus_1", "person2_bacteria_2"),
    "test/NORMAL": ("IM-0003-0001", "IM-0004-0001", "IM-0005-0001"),
    "test/PNEUMONIA": ("person1_virus_9", "person8_bacteria_1", "person9_bacteria_2"),
}
FORMS = {
    "nothing": lambda pixels, _: pixels,
    "inverted": lambda pixels, _: 255 - pixels,
    "cut to a strip": lambda pixels, _: pixels[:20],
}


@contextmanager
def evaluating(folder: Path) -> Iterator[None]:
    """Keep the ledger in a folder, and draw few patients."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "LEDGER", folder / "ledger.csv")
        patch.setattr(bootstrap, "DRAWS", 50)
        patch.setattr(evaluation, "FORMS", FORMS)
        yield


def _draw_films(folder: Path) -> None:
    """An archive in parts; one patient number stands in two, and one test film is broken."""
    for below, stems in FILMS.items():
        (folder / "films" / below).mkdir(parents=True)
        for place, stem in enumerate(stems):
            pixels = film(10 * len(below) + place, (160, 128)) // (1 + ("PNEU" in below))
            (folder / "films" / below / f"{stem}.png").write_bytes(saved(pixels, "PNG"))
    (folder / "films" / "test" / "NORMAL" / "broken.png").write_bytes(b"no picture")
    copies = shutil.copytree(folder / "films" / "test", folder / "copies")
    (copies / "NORMAL" / "IM-0005-0001.png").unlink()
    other = saved(film(77, (160, 128)), "PNG")
    (copies / "PNEUMONIA" / "person8_bacteria_1.png").write_bytes(other)


@pytest.fixture(scope="session")
def measured(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of two classes with all that `evaluate` can be asked for: not to be written on.

    `models/tiny`, `films`, `copies` of the test films, `errors` and `ledger.csv`.
    """
    folder = tmp_path_factory.mktemp("measured")
    _draw_films(folder)
    shutil.copytree(tiny_bundle, folder / "models" / "tiny")
    write_metrics(load_bundle(folder / "models" / "tiny"))
    with evaluating(folder):
        asked = [
            "--perturb",
            "--copies",
            str(folder / "copies"),
            "--errors",
            str(folder / "errors"),
        ]
        model, films = str(folder / "models" / "tiny"), str(folder / "films")
        assert main(["evaluate", "--model", model, "--data", films, *asked]) == 0
    return folder


@pytest.fixture
def place(measured: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of `measured` to write on."""
    folder = shutil.copytree(measured, tmp_path / "copy")
    with evaluating(folder):
        yield folder


@pytest.fixture(scope="session")
def measured_findings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of findings, evaluated on its archive's test films: not to be written on.

    `models/two`, `findings.toml`, `films`, `errors` and `ledger.csv`.
    """
    folder = findings.make_all(tmp_path_factory.mktemp("findings"))
    with evaluating(folder):
        asked = ["--recipe", str(folder / "findings.toml"), "--errors", str(folder / "errors")]
        model, films = str(folder / "models" / "two"), str(folder / "films")
        assert main(["evaluate", "--model", model, "--data", films, *asked]) == 0
    return folder


@pytest.fixture
def findings_place(measured_findings: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of `measured_findings` to write on."""
    folder = shutil.copytree(measured_findings, tmp_path / "copy")
    with evaluating(folder):
        yield folder
