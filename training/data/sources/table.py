"""A table in a text file: read whole or refused with the number of the line."""

import csv
import io
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from training.data.sources.films import invalid

__all__ = ["Row", "read_table"]

MAX_BYTES: Final = 256 * 2**20
MAX_ROWS: Final = 1_000_000  # NIH has 112,120
MAX_CELL: Final = 4096  # bytes in UTF-8


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes
    ----------
    line : int
        Where it ends in the file, from 1 on.
    values : dict of str to str
        By column, without blanks at the ends.
    """

    line: int
    values: dict[str, str]


def read_table(
    path: Path, columns: tuple[str, ...], *, also: tuple[str, ...] = ()
) -> tuple[Row, ...]:
    """Read the columns that are needed, and `also` those that are there; others are passed over.

    Commas or, where the first line has more of them, semicolons; UTF-8, with or without a mark at
    the beginning.

    Raises
    ------
    TrainingError
        `data_invalid` with the line: a column that is missing or given twice, a cell that is
        missing, a quote that stays open, a NUL, another encoding, more than 256 MiB, a million
        rows or 4 KiB in a cell.
    """
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise invalid(path, "is larger than 256 MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise invalid(path, f"line {line} is not in UTF-8; save it so") from error
    if "\0" in text:
        raise invalid(path, f"line {text[: text.index(chr(0))].count(chr(10)) + 1} holds a NUL")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    with io.StringIO(text, newline="") as stream:
        reader = csv.reader(stream, strict=True, delimiter=delimiter)
        try:
            names = [name.strip() for name in next(reader, [])]
            wanted = (*columns, *(column for column in also if column in names))
            places = {column: _place(path, names, column) for column in wanted}
            rows = tuple(
                _row(path, reader.line_num, cells, places)
                for cells in islice(reader, MAX_ROWS + 1)
                if cells
            )
        except csv.Error as error:
            raise invalid(path, f"line {reader.line_num} cannot be read: {error}") from error
    if len(rows) > MAX_ROWS:
        raise invalid(path, f"has more than {MAX_ROWS:,} rows")
    return rows


def _place(path: Path, names: list[str], column: str) -> int:
    if names.count(column) != 1:
        found = "lacks" if column not in names else "gives twice"
        raise invalid(path, f"line 1 {found} the column {column}; line 1 must name each once")
    return names.index(column)


def _row(path: Path, line: int, cells: list[str], places: dict[str, int]) -> Row:
    if max(places.values()) >= len(cells):
        raise invalid(path, f"line {line} has {len(cells)} cells, too few")
    if any(len(cell.encode()) > MAX_CELL for cell in cells):
        raise invalid(path, f"line {line} has a cell of more than 4 KiB")
    return Row(line, {column: cells[place].strip() for column, place in places.items()})
