"""Sharp copies must not tell the label."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.data.high_resolution_copies import with_sharp_copies
from training.data.sources import LabelledFilm, read_class_folders
from training.errors import TrainingError

LABELS = ("NORMAL", "PNEUMONIA")


def write(folder: Path, label: str, names: list[str], side: int) -> None:
    (folder / label).mkdir(parents=True)
    for place, name in enumerate(names):
        Image.fromarray(np.full((side, side), 10 * place, np.uint8)).save(folder / label / name)


@pytest.fixture
def films(tmp_path: Path) -> tuple[LabelledFilm, ...]:
    write(tmp_path / "small", "NORMAL", [f"{i}.png" for i in range(8)], 8)
    write(tmp_path / "small", "PNEUMONIA", [f"{i}.png" for i in range(20)], 8)
    return read_class_folders(tmp_path / "small", LABELS)


def sharp(films: tuple[LabelledFilm, ...], folder: Path) -> list[LabelledFilm]:
    return [film for film in films if folder in film.path.parents]


def test_both_classes_have_them_at_the_same_rate(films, tmp_path: Path):
    """Two of 8 is a quarter, so five of the fifteen copies of the other 20 are taken."""
    folder = tmp_path / "large"
    write(folder, "NORMAL", ["0.png", "1.png", "stranger.png"], 16)
    write(folder, "PNEUMONIA", [f"{i}.png" for i in range(15)], 16)

    mixed = with_sharp_copies(films, folder, LABELS, seed=1)

    assert [sum(film.label == label for film in sharp(mixed, folder)) for label in (0, 1)] == [2, 5]
    assert [film.name for film in mixed] == [film.name for film in films]
    assert [film.patient for film in mixed] == [film.patient for film in films]
    assert all(film.label == LABELS.index(film.path.parent.name) for film in mixed)
    assert len({film.sha256 for film in sharp(mixed, folder)} & {f.sha256 for f in films}) == 0
    assert with_sharp_copies(films, folder, LABELS, seed=1) == mixed


def test_copies_of_one_class_alone_are_refused(films, tmp_path: Path):
    write(tmp_path / "large", "NORMAL", ["0.png"], 16)
    write(tmp_path / "large", "PNEUMONIA", ["stranger.png"], 16)

    with pytest.raises(TrainingError, match="not every class has a film of the same name"):
        with_sharp_copies(films, tmp_path / "large", LABELS, seed=1)
