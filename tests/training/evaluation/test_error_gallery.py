"""The worst errors as pictures."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxr_app import load_bundle
from cxr_app.imaging.phantom import phantom_png
from tests.training.reports import write_metrics
from training import output_paths as outputs
from training.cli import main
from training.data.sources import LabelledFilm
from training.evaluation.answers import Answers
from training.evaluation.error_gallery import find_mistakes
from training.metrics import patient_interval as bootstrap


def film(name: str, label: int) -> LabelledFilm:
    return LabelledFilm(
        path=Path(name), name=name, classes=(label,), patient=name, subset="test", sha256="0" * 64
    )


def test_the_worst_mistake_is_farthest_on_the_wrong_side():
    films = (film("a", 1), film("b", 0), film("c", 1), film("d", 0))
    answers = Answers(
        films=films,
        truth=np.array([[1], [0], [1], [0]], np.uint8),
        probability=np.array([[0.4], [0.9], [0.1], [0.2]]),
        refused={},
    )

    found = find_mistakes(answers, ("PNEUMONIA",), 0.5)

    # 0.9 and 0.1 lie 0.4 away from the threshold, 0.4 lies 0.1 away; d is right.
    assert [(one.film.name, one.is_missed) for one in found] == [
        ("b", False),
        ("c", True),
        ("a", True),
    ]


@pytest.fixture
def archive(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, Path]:
    """A bundle with a report, and films without parts."""
    monkeypatch.setattr(bootstrap, "DRAWS", 20)
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_bundle, folder)
    write_metrics(load_bundle(folder))
    for place in range(8):
        label = ("NORMAL", "PNEUMONIA")[place % 2]
        (tmp_path / "films" / label).mkdir(parents=True, exist_ok=True)
        drawn = phantom_png(place, size=(160, 128), consolidation=place % 2)
        (tmp_path / "films" / label / f"{place}.png").write_bytes(drawn)
    return folder, tmp_path / "films"


def test_every_mistake_is_a_line_and_the_worst_are_drawn(archive, tmp_path):
    bundle, films = archive
    errors = tmp_path / "errors"

    assert main(["evaluate", "--model", str(bundle), "--data", str(films), "--part", "all",
                 "--errors", str(errors)]) == 0  # fmt: skip

    found = json.loads((bundle / "report" / "metrics.json").read_text())["evaluations"]["all"]
    with (errors / "errors.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    kinds = [row["error"] for row in rows]
    assert kinds.count("missed") == found["confusion"]["false_negative"]
    assert kinds.count("said wrongly") == found["confusion"]["false_positive"]
    assert all((films / row["name"]).is_file() for row in rows)
    pages = {("said wrongly", "errors-1.png"), ("missed", "errors-2.png")}
    for error, page in pages:
        assert (errors / page).exists() == (error in kinds)
    drawn = next(errors.glob("*.png"))
    with Image.open(drawn) as picture:
        assert picture.width > 1000  # five tiles side by side
    card = (bundle / "report" / "card.md").read_text()
    assert "--errors ERRORS_DIR" in card
    assert str(errors) not in card


@pytest.mark.parametrize("place", ["films/errors", "tiny/errors"])
def test_errors_among_the_films_or_in_the_model_are_refused_before_a_film_is_opened(
    place, archive, tmp_path, capsys
):
    bundle, films = archive

    assert main(["evaluate", "--model", str(bundle), "--data", str(films), "--part", "all",
                 "--errors", str(tmp_path / place)]) == 2  # fmt: skip
    assert "apart from the films" in capsys.readouterr().err
    assert not (tmp_path / place).exists()


def test_errors_show_films_and_stay_out_of_the_repository(archive, tmp_path, monkeypatch, capsys):
    bundle, films = archive
    monkeypatch.setattr(outputs, "REPOSITORY", tmp_path)

    assert main(["evaluate", "--model", str(bundle), "--data", str(films), "--part", "all",
                 "--errors", str(tmp_path / "errors")]) == 2  # fmt: skip
    assert "outside the repository" in capsys.readouterr().err
