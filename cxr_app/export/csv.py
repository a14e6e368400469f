"""Records as CSV after RFC 4180, safe to open in a spreadsheet."""

import csv
import io
from dataclasses import asdict
from typing import Any, Final

from cxr_app.names import printable
from cxr_app.records import Record

__all__ = ["COLUMNS", "HEADER", "cells", "line", "neutral", "row"]

COLUMNS: Final = (
    *("item", "source", "status", "code", "message", "label", "confidence", "confidences"),
    *("threshold", "zone_low", "zone_high", "warnings", "format", "width", "height"),
    *("model", "version", "bundle_sha256", "engine", "precision", "seconds", "time", "notice"),
)

# What makes a spreadsheet take a text for a formula, the full-width forms too.
_ACTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def neutral(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    return "'" + text if text.startswith(_ACTS) else text


def row(cells: list[Any]) -> str:
    """Write one line of cells, with its line end; texts are made harmless."""
    out = io.StringIO()
    # Every text in quotes: a spreadsheet that parts cells at semicolons would else find new ones.
    csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC).writerow(
        [neutral(cell) if isinstance(cell, str) else cell for cell in cells]
    )
    return out.getvalue()


HEADER: Final = row(list(COLUMNS))


def line(record: Record) -> str:
    """Write one record, with its line end."""
    return row(cells(record))


def cells(record: Record) -> list[Any]:
    """Lay out one record in the order of `COLUMNS`."""
    low, high = record.zone or (None, None)
    shares = (record.confidences or {}).items()
    values = {
        **record.to_json(),
        **asdict(record.model),
        **(asdict(record.facts) if record.facts else {}),
        "source": printable(record.source),
        "confidences": "; ".join(f"{label} {share:.6f}" for label, share in shares),
        "zone_low": low,
        "zone_high": high,
        "warnings": "; ".join(record.warnings),
        "model": record.model.name,
    }
    return [values.get(column) for column in COLUMNS]
