"""Records as JSON lines: one object a line, keys in the order of the record's fields."""

import json
from typing import Final

from cxr_app.records import Record

__all__ = ["HEADER", "line"]

HEADER: Final = ""


def line(record: Record) -> str:
    """Write one record, with its line end.

    Only ASCII comes out: U+2028 is a line end to some readers, and a name that is not UTF-8 has
    no other form.
    """
    return json.dumps(record.to_json(), ensure_ascii=True, allow_nan=False) + "\n"
