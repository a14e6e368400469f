"""Every bad input, straight into the decoder."""

import numpy as np
import pytest

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.decode import decode
from cxr_app.imaging.film import Film
from cxr_app.imaging.quality import examine
from cxr_app.limits import Limits
from tests.bad.row import Answer, Row
from tests.bad.table import ROWS

LIMITS = Limits()


def _judge(data: bytes) -> tuple[Answer, Film | None]:
    try:
        film = decode(data, LIMITS)
        found = {*film.warnings, *examine(film, LIMITS)}
    except Rejected as error:
        return error.code, None
    return tuple(code for code in Code if code in found), film


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_each_bad_input_has_its_answer(row: Row, capfd: pytest.CaptureFixture[str]) -> None:
    answer, film = _judge(row.make())

    assert answer in row.answers
    assert capfd.readouterr() == ("", "")  # libtiff and Pillow keep quiet
    if film is not None and row.twin is not None:
        twin = row.twin()
        assert film.pixels.shape == twin.shape
        difference = np.abs(film.pixels.astype(np.int16) - twin).mean()
        assert difference <= row.within


def test_ids_of_the_table_are_unique() -> None:
    ids = [row.id for row in ROWS]

    assert sorted(ids) == sorted(set(ids))
