"""A state dict is read; what could run code, or claims more than it holds, is not."""

import os
import pickle
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.published_weights.saved import REBUILD, Saved, Tensor, named, number, text
from training.errors import TrainingError
from training.published_weights.state_dict import read_state_dict

SIX = np.arange(6, dtype="<f4")
WHOLE = Tensor(items=SIX, shape=(2, 3), strides=(3, 1))
COUNT = Tensor(items=np.array([7], "<i8"), shape=(), strides=(), kind="torch LongStorage")
SAVED = Saved(tensors={"weight": WHOLE, "count": COUNT})


def code_of(content: bytes) -> str:
    with pytest.raises(TrainingError) as caught:
        read_state_dict(content, file="own.pth")
    assert "own.pth" in str(caught.value)
    return str(caught.value.code)


def with_tensor(**changes: object) -> bytes:
    return Saved(tensors={"weight": replace(WHOLE, **changes)}).content()


def test_tensors_are_read_by_name_in_order():
    found = read_state_dict(SAVED.content(), file="own.pth")

    assert list(found) == ["weight", "count"]
    assert found["weight"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert (found["weight"].dtype, found["count"].dtype) == (np.float32, np.int64)
    assert (found["count"].shape, int(found["count"])) == ((), 7)


def test_strides_and_offset_say_where_an_item_lies():
    # From item 1 on, rows 1 apart and columns 2 apart: 1 + row + 2 column.
    content = with_tensor(shape=(2, 2), strides=(1, 2), offset=1)

    found = read_state_dict(content, file="own.pth")["weight"]

    assert found.tolist() == [[1, 3], [2, 4]]
    assert found.flags.c_contiguous


@pytest.mark.parametrize(
    "name",
    ["os system", "builtins eval", "builtins getattr", "torch._utils _rebuild_parameter"],
)
def test_a_pickle_that_names_anything_else_is_refused(name: str):
    program = b"\x80\x02" + named(name) + b"(" + text("true") + b"tR."

    assert code_of(replace(SAVED, object=program).content()) == "weights_unsafe"


class Hostile:
    def __init__(self, place: str) -> None:
        self.place = place

    def __reduce__(self):
        return os.mkdir, (self.place,)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_no_pickle_of_any_protocol_runs_code(protocol: int, tmp_path):
    place = tmp_path / "made"
    program = pickle.dumps(Hostile(str(place)), protocol)
    whole = replace(SAVED, object=program).content()

    # As the object of a file, and in place of the file's head.
    codes = {code_of(whole), code_of(program)}

    assert codes <= {"weights_unsafe", "data_invalid"}
    assert not place.exists()


def test_a_storage_of_a_foreign_kind_is_refused():
    assert code_of(with_tensor(kind="torch QInt8Storage")) == "weights_unsafe"


def test_what_stands_for_pytorchs_function_cannot_be_given_attributes():
    """BUILD with a pair sets attributes: of a plain function, its defaults."""
    program = b"\x80\x02" + named(REBUILD) + b"N}" + text("__defaults__") + b"Ns\x86b."

    assert code_of(replace(SAVED, object=program).content()) == "data_invalid"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK\x03\x04", id="the format of later versions, a ZIP file"),
        pytest.param(replace(SAVED, magic=1).content(), id="another magic number"),
        pytest.param(replace(SAVED, version=1002).content(), id="another version"),
        pytest.param(replace(SAVED, is_little=False).content(), id="big-endian"),
        pytest.param(replace(SAVED, keys=["0"]).content(), id="a storage without a key"),
        pytest.param(replace(SAVED, keys=["0", "0"]).content(), id="one key twice"),
        pytest.param(replace(SAVED, stated=5).content(), id="a storage of two sizes"),
        pytest.param(SAVED.content() + b"\0", id="something follows"),
        pytest.param(SAVED.content()[:-1], id="cut by one byte"),
        pytest.param(replace(SAVED, object=b"\x80\x02].").content(), id="a list"),
        pytest.param(replace(SAVED, object=b"\x80\x02}.").content(), id="a plain dictionary"),
        pytest.param(with_tensor(shape=(2, 4), strides=(4, 1)), id="8 items of 6"),
        pytest.param(with_tensor(shape=(10**6, 10**6), strides=(0, 0)), id="one item, repeated"),
        pytest.param(with_tensor(shape=(2, 3), strides=(4, 1)), id="strides past the end"),
        pytest.param(with_tensor(offset=1), id="an offset past the end"),
        pytest.param(with_tensor(offset=-1), id="an offset before the beginning"),
        pytest.param(with_tensor(shape=(2, -3)), id="a negative length"),
        pytest.param(with_tensor(offset=5, strides=(-3, -1)), id="negative strides"),
        pytest.param(with_tensor(strides=(1,)), id="fewer strides than axes"),
        pytest.param(b"\x80\x02S'\\d'\n.", id="a string of protocol 0, with a wrong escape"),
        pytest.param(
            replace(SAVED, object=b"\x80\x02Nr\xff\xff\xff\xff.").content(),
            id="a value kept under 4,294,967,295",
        ),
        pytest.param(
            replace(SAVED, object=b"\x80\x02(" + number(1) + b"tQ.").content(),
            id="a storage that is none",
        ),
    ],
)
def test_what_is_damaged_or_another_format_is_refused(content: bytes):
    assert code_of(content) == "data_invalid"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes):
    code_of(content)


@given(st.data())
def test_a_file_with_any_byte_changed_is_read_or_refused(data: st.DataObject):
    content = bytearray(SAVED.content())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    with suppress(TrainingError):
        found = read_state_dict(bytes(content), file="own.pth")
        assert sum(array.nbytes for array in found.values()) <= len(content)


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.lists(st.floats(width=32), min_size=1, max_size=6),
        min_size=1,
        max_size=4,
    )
)
def test_what_was_saved_is_read(values: dict[str, list[float]]):
    tensors = {
        name: Tensor(items=np.array(items, "<f4"), shape=(len(items),), strides=(1,))
        for name, items in values.items()
    }

    found = read_state_dict(Saved(tensors=tensors).content(), file="own.pth")

    assert list(found) == list(values)
    for name, items in values.items():
        assert np.array_equal(found[name], np.array(items, np.float32), equal_nan=True)
