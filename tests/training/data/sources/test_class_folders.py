"""Labelled films on disk."""

from pathlib import Path

import pytest

from training.data.sources import data_sha256, read_class_folders
from training.errors import TrainingError

LABELS = ("NORMAL", "PNEUMONIA")


def put(folder: Path, *names: str) -> None:
    for name in names:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(name.encode())


def test_classes_are_folders_in_any_case_of_letters(tmp_path):
    put(tmp_path, "Normal/a.JPG", "pneumonia/b.png", "pneumonia/notes.txt", "Normal/.hidden.png")

    films = read_class_folders(tmp_path, LABELS)

    assert [(film.name, film.label) for film in films] == [
        ("Normal/a.JPG", 0),
        ("pneumonia/b.png", 1),
    ]
    assert {film.subset for film in films} == {"train"}


def test_the_archives_folders_are_kept_apart(tmp_path):
    put(tmp_path, *(f"{s}/{label}/x.png" for s in ("train", "val", "test") for label in LABELS))

    films = read_class_folders(tmp_path, LABELS)

    assert sorted({film.subset for film in films}) == ["test", "train", "val"]
    assert len(films) == 6


def test_a_table_of_patients_wins_over_the_name(tmp_path):
    put(tmp_path, "NORMAL/person1_bacteria_1.png", "PNEUMONIA/b.png")
    (tmp_path / "patients.csv").write_text("file,patient\nNORMAL/person1_bacteria_1.png,anna\n")

    first, second = read_class_folders(tmp_path, LABELS)

    assert (first.patient, second.patient) == ("anna", "film PNEUMONIA/b.png")


def test_a_table_may_be_written_on_windows(tmp_path):
    put(tmp_path, "NORMAL/a.png", "PNEUMONIA/b.png")
    (tmp_path / "patients.csv").write_text("file,patient\r\nNORMAL\\a.png,anna\r\n")

    assert read_class_folders(tmp_path, LABELS)[0].patient == "anna"


def test_an_empty_folder_test_beside_the_classes_is_passed_over(tmp_path):
    put(tmp_path, "NORMAL/a.png", "PNEUMONIA/b.png")
    (tmp_path / "test").mkdir()

    assert len(read_class_folders(tmp_path, LABELS)) == 2


def test_the_identity_of_a_data_set_does_not_depend_on_names(tmp_path):
    for folder, name in (("one", "a"), ("two", "b")):
        put(tmp_path / folder, "PNEUMONIA/p.png")
        (tmp_path / folder / "NORMAL").mkdir()
        (tmp_path / folder / "NORMAL" / f"{name}.png").write_bytes(b"same")

    hashes = {data_sha256(read_class_folders(tmp_path / f, LABELS)) for f in ("one", "two")}

    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("files", "table", "sentence"),
    [
        pytest.param((), None, "no film of class NORMAL or PNEUMONIA", id="nothing there"),
        pytest.param(("NORMAL/a.png",), None, "no film of class PNEUMONIA", id="one class"),
        pytest.param(("NORMAL/a.png", "PNEUMONIA/a.png"), "x,y\n", "line 1 must name",
                     id="a table without its columns"),
        pytest.param(("NORMAL/a.png", "PNEUMONIA/a.png"), "file,patient\na.png,\n", "line 2 lacks",
                     id="a table with a hole"),
        pytest.param(("NORMAL/a.png", "PNEUMONIA/a.png"), "file,patient\na.png, \n", "line 2 lacks",
                     id="a patient that is a blank"),
        pytest.param(("NORMAL/a.png", "PNEUMONIA/b.png"), "file,patient\na.png,x\na.png,y\n",
                     "line 3 gives a.png a second patient", id="a table that contradicts itself"),
        pytest.param(("NORMAL/a.png", "PNEUMONIA/b.png"), "file,patient\na.png,x\nc.png,y\n",
                     "1 rows name no film that is here, the first c.png", id="a misspelled film"),
        pytest.param(("NORMAL/a.png", "PNEUMONIA/b.png"), 'file,patient\n"a.png' + "z" * 200_000,
                     "cannot be read", id="an open quote"),
    ],
)  # fmt: skip
def test_data_that_cannot_be_used_says_why(tmp_path, files, table, sentence):
    put(tmp_path, *files)
    if table:
        (tmp_path / "patients.csv").write_text(table)

    with pytest.raises(TrainingError, match=sentence) as caught:
        read_class_folders(tmp_path, LABELS)

    assert caught.value.code == "data_invalid"


def test_a_film_that_cannot_be_opened_is_named(tmp_path, monkeypatch):
    put(tmp_path, "NORMAL/a.png", "PNEUMONIA/b.png")
    opened = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "b.png":
            raise PermissionError(13, "Permission denied")
        return opened(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)

    with pytest.raises(TrainingError, match=r"b\.png.*permission denied") as caught:
        read_class_folders(tmp_path, LABELS)

    assert caught.value.code == "data_invalid"


def test_a_folder_that_is_not_there_says_so(tmp_path):
    with pytest.raises(TrainingError, match="no such folder"):
        read_class_folders(tmp_path / "none", LABELS)


def test_a_patient_whom_the_table_puts_into_test_and_train_is_a_leak(tmp_path):
    put(tmp_path, *(f"{part}/{label}/{part}-{label}.png" for part in ("train", "test")
                    for label in LABELS))  # fmt: skip
    rows = "train-NORMAL.png,anna\ntest-NORMAL.png,anna\n"
    (tmp_path / "patients.csv").write_text("file,patient\n" + rows)

    with pytest.raises(TrainingError, match="1 patients with 2 films") as caught:
        read_class_folders(tmp_path, LABELS)

    assert caught.value.code == "data_leak"


def test_a_folder_that_is_no_class_is_passed_over_aloud(tmp_path, caplog):
    put(tmp_path, "NORMAL/a.png", "PNEUMONIA/b.png", "COVID/c.png")

    assert len(read_class_folders(tmp_path, LABELS)) == 2
    assert "the folder COVID is no class of the recipe" in caplog.text
