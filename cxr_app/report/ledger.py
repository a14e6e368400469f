"""The ledger of the official test: a line for each time that it was opened."""

import csv
import io
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cxr_app.report.files import read_plain

__all__ = ["Opening", "read_ledger"]

LEDGER: Final = Path(__file__).resolve().parents[2] / "docs" / "test-ledger.csv"
MAX_LEDGER_BYTES: Final = 2**20
FIGURES: Final = ("auc", "accuracy", "sensitivity", "specificity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One line.

    Attributes
    ----------
    date, bundle, version, bundle_sha256 : str
    films_sha256 : str
        Which copy of the test it was.
    films : int
    auc, accuracy, sensitivity, specificity : float or None
        None where the run did not come to its end.
    """

    date: str
    bundle: str
    version: str
    bundle_sha256: str
    films_sha256: str
    films: int
    auc: float | None
    accuracy: float | None
    sensitivity: float | None
    specificity: float | None


def read_ledger(place: Path = LEDGER) -> tuple[Opening, ...]:
    """Read it; an installation without one has no openings of its own to tell of.

    Raises
    ------
    ValueError
        Where it is damaged.
    """
    data = read_plain(place, most=MAX_LEDGER_BYTES)
    if data is None:
        return ()
    try:
        lines = list(csv.DictReader(io.StringIO(data.decode("utf-8")), strict=True))
        return tuple(_opening(line) for line in lines)
    except (csv.Error, KeyError, TypeError, AttributeError) as error:
        raise ValueError("holds a line that is no opening") from error


def _opening(line: dict[str, str]) -> Opening:
    if not all(re.fullmatch("[0-9a-f]{64}", line[key]) for key in ("bundle_sha256", "films_sha256")):
        raise ValueError("names no model or no films")
    if not re.fullmatch(r"\d{1,9}", line["films"]):
        raise ValueError("does not count the films")
    return Opening(
        **{key: line[key][:200] for key in ("date", "bundle", "version")},
        bundle_sha256=line["bundle_sha256"],
        films_sha256=line["films_sha256"],
        films=int(line["films"]),
        **{name: _share(line[name]) for name in FIGURES},
    )


def _share(text: str) -> float | None:
    if not text:
        return None
    value = float(text)
    if not (math.isfinite(value) and 0 <= value <= 1):
        raise ValueError("holds a figure that is no share")
    return value
