"""The one table of bad inputs; each row runs through every surface that a test file stands for."""

from tests.bad import rows_of_damage, rows_of_dialects, rows_of_files, rows_of_meaning
from tests.bad.row import Row

ROWS: tuple[Row, ...] = (
    *rows_of_files.rows(),
    *rows_of_damage.rows(),
    *rows_of_dialects.rows(),
    *rows_of_meaning.rows(),
)
