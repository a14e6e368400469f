"""NIH ChestX-ray14: findings from a table, official lists, films by name."""

from pathlib import Path

import pytest

from training.data.sources.nih import read_nih_binary, read_nih_findings
from training.errors import TrainingError

HEADER = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Sex,View Position\n"
ROWS = (
    "00000001_000.png,No Finding,0,1,058Y,F,PA\n"
    "00000001_001.png,Pneumonia|Edema,1,1,058Y,F,AP\n"
    "00000002_000.png,Edema,0,2,17,M,PA\n"
    "00000003_000.png,No Finding,0,3,414Y,M,PA\n"
    "00000004_000.png,Pneumonia,0,4,61,F,AP\n"
)
BINARY = ("NORMAL", "PNEUMONIA")


def put(folder: Path, table: str = HEADER + ROWS, *, without: tuple[str, ...] = ()) -> Path:
    images = folder / "images"
    images.mkdir()
    for stem in ("1_000", "1_001", "2_000", "3_000", "4_000"):
        if stem not in without:
            # The ending may differ from the table's.
            (images / f"0000000{stem}.jpg").write_bytes(stem.encode())
    (folder / "Data_Entry_2017.csv").write_text(table)
    return folder


def test_no_finding_is_normal_and_pneumonia_among_others_is_pneumonia(tmp_path):
    films = read_nih_binary(put(tmp_path), BINARY)

    assert [(film.path.stem, film.label) for film in films] == [
        ("00000001_000", 0),
        ("00000001_001", 1),
        ("00000003_000", 0),
        ("00000004_000", 1),
    ]


def test_the_patient_is_the_tables_and_not_the_films(tmp_path):
    first, second, *_ = read_nih_binary(put(tmp_path), BINARY)

    assert first.patient == second.patient == "1"


def test_findings_do_not_exclude_each_other(tmp_path):
    films = read_nih_findings(put(tmp_path), ("Edema", "Pneumonia"))

    assert [film.classes for film in films] == [(), (0, 1), (0,), (), (1,)]


def test_a_film_with_a_finding_that_is_left_out_is_not_there(tmp_path):
    films = read_nih_findings(put(tmp_path), ("Edema",), left_out=("Pneumonia",))

    assert [film.path.stem for film in films] == ["00000001_000", "00000002_000", "00000003_000"]


def test_sex_age_band_and_view_come_with_a_film_and_an_impossible_age_does_not(tmp_path):
    films = {film.path.stem: dict(film.groups) for film in read_nih_binary(put(tmp_path), BINARY)}

    assert films["00000001_000"] == {"sex": "F", "age": "40-59", "view": "PA"}
    assert films["00000003_000"] == {"sex": "M", "view": "PA"}


def test_the_tables_other_name_for_the_sex_is_known(tmp_path):
    table = (HEADER + ROWS).replace("Patient Sex", "Patient Gender")

    assert ("sex", "F") in read_nih_binary(put(tmp_path, table), BINARY)[0].groups


def test_the_official_lists_say_which_films_are_the_test(tmp_path):
    put(tmp_path)
    (tmp_path / "train_val_list.txt").write_text("00000001_000.png\n00000001_001.png\n")
    (tmp_path / "test_list.txt").write_text("00000004_000.png\n")

    films = read_nih_binary(tmp_path, BINARY)

    assert [film.subset for film in films] == ["train", "train", "train", "test"]


def test_where_the_train_list_stands_alone_all_other_films_are_the_test(tmp_path):
    put(tmp_path)
    (tmp_path / "train_val_list.txt").write_text("00000001_000.png\n00000001_001.png\n")

    films = read_nih_binary(tmp_path, BINARY)

    assert [film.subset for film in films] == ["train", "train", "test", "test"]


def test_a_list_may_leave_out_the_endings(tmp_path):
    put(tmp_path)
    (tmp_path / "test_list.txt").write_text("00000004_000\r\n")

    assert read_nih_binary(tmp_path, BINARY)[-1].subset == "test"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param("00000004_000.png\n".encode("utf-16"), "line 1 is not in UTF-8", id="UTF-16"),
        pytest.param(b"images/0004.png\n", "names no film of the table", id="another archive's"),
    ],
)
def test_a_list_that_says_nothing_of_these_films_is_refused(tmp_path, data, sentence):
    put(tmp_path)
    (tmp_path / "test_list.txt").write_bytes(data)

    with pytest.raises(TrainingError, match=sentence) as caught:
        read_nih_binary(tmp_path, BINARY)

    assert caught.value.code == "data_invalid"


def test_a_patient_on_both_sides_of_the_lists_is_a_leak(tmp_path):
    put(tmp_path)
    (tmp_path / "train_val_list.txt").write_text("00000001_000.png\n")
    (tmp_path / "test_list.txt").write_text("00000001_001.png\n")

    with pytest.raises(TrainingError, match=r"1 patients stand in test_list\.txt") as caught:
        read_nih_binary(tmp_path, BINARY)

    assert caught.value.code == "data_leak"


def test_a_film_in_both_lists_is_a_leak(tmp_path):
    put(tmp_path)
    for name in ("train_val_list.txt", "test_list.txt"):
        (tmp_path / name).write_text("00000001_000.png\n")

    with pytest.raises(TrainingError, match="stands in both lists") as caught:
        read_nih_binary(tmp_path, BINARY)

    assert caught.value.code == "data_leak"


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        pytest.param(HEADER.replace("Patient ID", "Patient") + ROWS, "lacks the column Patient ID",
                     id="a column is missing"),
        pytest.param(HEADER + "00000001_000.png,Pnuemonia,0,1,5,F,PA\n",
                     "line 2: Finding Labels: 'Pnuemonia' is none", id="an unknown finding"),
        pytest.param(HEADER + "00000001_000.png,No Finding|Edema,0,1,5,F,PA\n",
                     "line 2: No Finding stands beside", id="nothing and something"),
        pytest.param(HEADER + ROWS + "00000001_000.png,Edema,0,1,5,F,PA\n",
                     "line 7 gives 00000001_000 a second time", id="a film twice"),
        pytest.param(HEADER + "../../etc/passwd.png,Edema,0,1,5,F,PA\n", "is no file's name",
                     id="a path out of the folder"),
        pytest.param(HEADER + "00000001_000.png,Edema,0,,5,F,PA\n", "lacks a Patient ID",
                     id="no patient"),
        pytest.param(HEADER + ROWS + "".join(f"0000{n}_000.png,Pneumonia,0,{n},5,F,PA\n"
                     for n in range(10, 20)), "10 films of the table are not here",
                     id="too many films are missing"),
        pytest.param(HEADER + "00000001_000.png,No Finding,0,1,5,F,PA\n", "no film of class PNEU",
                     id="one class"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_says_where_and_why(tmp_path, table, sentence):
    with pytest.raises(TrainingError, match=sentence) as caught:
        read_nih_binary(put(tmp_path, table), BINARY)

    assert caught.value.code == "data_invalid"


def test_no_table_and_two_tables_are_refused(tmp_path):
    with pytest.raises(TrainingError, match=r"one Data_Entry\*.csv is needed in it, 0 are there"):
        read_nih_binary(tmp_path, BINARY)

    put(tmp_path)
    (tmp_path / "Data_Entry_2020.csv").write_text(HEADER)
    with pytest.raises(TrainingError, match="2 are there"):
        read_nih_binary(tmp_path, BINARY)


def test_two_films_of_one_name_are_refused(tmp_path):
    put(tmp_path)
    (tmp_path / "00000001_000.png").write_bytes(b"other")

    with pytest.raises(TrainingError, match="two films are called 00000001_000"):
        read_nih_binary(tmp_path, BINARY)


def test_one_missing_film_in_two_hundred_is_counted_and_borne(tmp_path, caplog):
    many = "".join(f"{n:08}_000.png,Pneumonia,0,{n},5,F,PA\n" for n in range(10, 210))
    put(tmp_path, HEADER + ROWS + many)
    for n in range(10, 209):
        (tmp_path / "images" / f"{n:08}_000.png").write_bytes(str(n).encode())

    films = read_nih_binary(tmp_path, BINARY)

    assert len(films) == 4 + 199
    assert "1 films of the table are not here, the first 00000209_000" in caplog.text
