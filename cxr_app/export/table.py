"""Records as a table for a person at a terminal."""

from typing import Final

from cxr_app.codes import ANSWERS
from cxr_app.names import printable
from cxr_app.percent import percent
from cxr_app.records import Record

__all__ = ["HEADER", "line"]

HEADER: Final = f"{'':>5}  {'label':<12} {'confidence':>10}  source\n"


def line(record: Record) -> str:
    """Write one record: a line, then what must be read with it, indented."""
    confidence = "" if record.confidence is None else percent(record.confidence)
    label = printable(record.label or str(record.status))
    rows = [f"{record.item:>5}  {label:<12} {confidence:>10}  {printable(record.source)}"]
    if record.message:
        rows.append(f"{'':>7}{record.code}: {record.message}")
    rows += [f"{'':>7}{code}: {ANSWERS[code].message}" for code in record.warnings]
    return "\n".join(rows) + "\n"
