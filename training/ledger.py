"""The ledger of the official test: every opening is a line, so that nobody can look too often."""

import csv
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

__all__ = ["LEDGER", "Opening", "append", "openings"]

LEDGER: Final = Path(__file__).resolve().parent.parent / "docs" / "test-ledger.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One line.

    Attributes
    ----------
    date : str
        ISO 8601, UTC.
    bundle, version, bundle_sha256 : str
        Which model was measured.
    films_sha256 : str
        Of the films' sorted hashes: which copy of the test it was.
    films, refused : int
        How many were read, and how many got no answer.
    auc, accuracy, sensitivity, specificity, ece : str
        Rounded to four decimals.
    with_forms : str
        "yes" where changed forms were measured too.
    """

    date: str
    bundle: str
    version: str
    bundle_sha256: str
    films_sha256: str
    films: int
    refused: int
    auc: str
    accuracy: str
    sensitivity: str
    specificity: str
    ece: str
    with_forms: str


def append(opening: Opening, ledger: Path) -> None:
    """Add a line; a ledger that is not there begins with its header."""
    is_new = not ledger.exists()
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with ledger.open("a", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(
            stream, [field.name for field in fields(Opening)], lineterminator="\n"
        )
        if is_new:
            writer.writeheader()
        writer.writerow(asdict(opening))


def openings(bundle_sha256: str, ledger: Path) -> int:
    """Count how often the test was opened for a model."""
    if not ledger.exists():
        return 0
    with ledger.open(encoding="utf-8", newline="") as stream:
        return sum(row["bundle_sha256"] == bundle_sha256 for row in csv.DictReader(stream))
