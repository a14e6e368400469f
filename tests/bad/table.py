"""The one table of bad inputs; each row runs through every surface that a test file stands for."""

from tests.bad import (
    rows_of_damage,
    rows_of_dialects,
    rows_of_dicom,
    rows_of_files,
    rows_of_meaning,
)
from tests.bad.row import Row

ROWS: tuple[Row, ...] = (
    *rows_of_files.rows(),
    *rows_of_damage.rows(),
    *rows_of_dialects.rows(),
    *rows_of_meaning.rows(),
    *rows_of_dicom.rows(),
)


def one_of_each_answer() -> tuple[Row, ...]:
    """The first row of every answer, and all that are about names: what a shell has to tell apart.

    What is answered to each row is the decoder's business, and its tests take them all.
    """
    first = {row.answers[0]: row for row in reversed(ROWS) if not row.is_heavy}
    return (*first.values(), *(row for row in ROWS if row.name))
