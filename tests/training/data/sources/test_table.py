"""Tables in text files: read whole, or refused with the line."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.sources import table
from training.data.sources.table import read_table
from training.errors import TrainingError

COLUMNS = ("file", "patient")


def read(tmp_path, data: bytes, also: tuple[str, ...] = ()):
    place = tmp_path / "t.csv"
    place.write_bytes(data)
    return read_table(place, COLUMNS, also=also)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"file,patient\na.png,anna\n", id="commas"),
        pytest.param(b"\xef\xbb\xbffile,patient\r\na.png,anna\r\n", id="a mark, Windows lines"),
        pytest.param(b"file;patient\na.png;anna", id="semicolons, no end of line"),
        pytest.param(b"x,patient,file\n1,anna , a.png\n\n", id="other order, blanks, empty line"),
        pytest.param(b'"file","patient"\n"a.png","anna"\n', id="quotes"),
    ],
)
def test_the_usual_spellings_are_one_table(tmp_path, data):
    (row,) = read(tmp_path, data)

    assert row.values == {"file": "a.png", "patient": "anna"}
    assert row.line == 2


def test_columns_that_may_be_there_are_read_where_they_are(tmp_path):
    (row,) = read(tmp_path, b"file,patient,age\na,b,7\n", also=("age", "sex"))

    assert row.values == {"file": "a", "patient": "b", "age": "7"}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(b"", "line 1 lacks the column file", id="empty"),
        pytest.param(b"file,name\n", "line 1 lacks the column patient", id="missing column"),
        pytest.param(b"file,file,patient\n", "line 1 gives twice the column file", id="double"),
        pytest.param(b"file,patient\na.png\n", "line 2 has 1 cells", id="a short row"),
        pytest.param(b'file,patient\n"a.png,anna\n', "cannot be read", id="an open quote"),
        pytest.param(b"file,patient\na\0.png,anna\n", "line 2 holds a NUL", id="NUL"),
        pytest.param(b"file,patient\n\xff.png,anna\n", "line 2 is not in UTF-8", id="encoding"),
        pytest.param(
            b"file,patient\na.png," + b"x" * 4097, "line 2 has a cell of more than 4 KiB", id="cell"
        ),
    ],
)
def test_a_broken_table_is_refused_with_its_line(tmp_path, data, sentence):
    with pytest.raises(TrainingError, match=sentence) as caught:
        read(tmp_path, data)

    assert caught.value.code == "data_invalid"


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        pytest.param({"MAX_ROWS": 2}, "has more than 2 rows", id="rows"),
        pytest.param({"MAX_BYTES": 20}, "is larger than 256 MiB", id="bytes"),
    ],
)
def test_a_table_has_a_size_that_memory_holds(tmp_path, monkeypatch, limit, sentence):
    for name, value in limit.items():
        monkeypatch.setattr(table, name, value)

    assert len(read(tmp_path, b"file,patient\na,b\n")) == 1
    with pytest.raises(TrainingError, match=sentence):
        read(tmp_path, b"file,patient\na,b\nc,d\ne,f\n")


@given(
    st.lists(
        st.tuples(
            *[
                st.text(
                    st.characters(
                        codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"
                    ),
                    min_size=1,
                    max_size=20,
                )
            ]
            * 2
        ),
        max_size=8,
    )
)
def test_what_a_csv_writer_wrote_is_what_is_read(tmp_path_factory, rows):
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([COLUMNS, *rows])
    place = tmp_path_factory.mktemp("t") / "t.csv"
    place.write_bytes(stream.getvalue().encode())

    found = read_table(place, COLUMNS)

    assert [tuple(row.values.values()) for row in found] == [
        (file.strip(), patient.strip()) for file, patient in rows
    ]
