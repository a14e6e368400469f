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
LONGEST: Final = 64  # characters of a name


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
    hashes = line["bundle_sha256"], line["films_sha256"]
    if not all(re.fullmatch("[0-9a-f]{64}", one) for one in hashes):
        raise ValueError("names no model or no films")
    if not re.fullmatch(r"\d{1,9}", line["films"]):
        raise ValueError("does not count the films")
    return Opening(
        date=line["date"][:LONGEST],
        bundle=line["bundle"][:LONGEST],
        version=line["version"][:LONGEST],
        bundle_sha256=line["bundle_sha256"],
        films_sha256=line["films_sha256"],
        films=int(line["films"]),
        auc=_share(line["auc"]),
        accuracy=_share(line["accuracy"]),
        sensitivity=_share(line["sensitivity"]),
        specificity=_share(line["specificity"]),
    )


def _share(text: str) -> float | None:
    if not text:
        return None
    value = float(text)
    if not (math.isfinite(value) and 0 <= value <= 1):
        raise ValueError("holds a figure that is no share")
    return value
