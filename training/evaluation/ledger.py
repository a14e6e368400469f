"""The ledger of the official test: every opening is a line, so that nobody can look too often."""

import csv
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cxr_app.bundle import Bundle
from cxr_app.spec import Interval
from training.data.sources import LabelledFilm, data_sha256

__all__ = ["LEDGER", "Opening", "begin", "finish"]

LEDGER: Final = Path(__file__).resolve().parents[2] / "docs" / "test-ledger.csv"

FIGURES: Final = ("auc", "accuracy", "sensitivity", "specificity", "ece")


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
    films : int
        How many were opened.
    with_forms : str
        "yes" where changed forms were measured too.
    refused, auc, accuracy, sensitivity, specificity, ece : str
        How many got no answer, and figures rounded to four decimals, of findings their means over
        the findings; empty where the run did not come to its end.
    """

    date: str
    bundle: str
    version: str
    bundle_sha256: str
    films_sha256: str
    films: int
    with_forms: str
    refused: str = ""
    auc: str = ""
    accuracy: str = ""
    sensitivity: str = ""
    specificity: str = ""
    ece: str = ""


def begin(bundle: Bundle, films: tuple[LabelledFilm, ...], *, with_forms: bool) -> Opening:
    """Add a line before a film is read: what is opened stays opened, whatever happens then."""
    opening = Opening(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        bundle=bundle.spec.name,
        version=bundle.spec.version,
        bundle_sha256=bundle.sha256,
        films_sha256=data_sha256(films),
        films=len(films),
        with_forms="yes" if with_forms else "no",
    )
    _write([*_lines(), asdict(opening)])
    return opening


def finish(opening: Opening, *, refused: int, figures: Mapping[str, Interval]) -> int:
    """Put what was found into the line of an opening.

    Returns
    -------
    int
        How often the test has been opened for this model.
    """
    rounded: dict[str, Any] = {name: f"{figures[name].value:.4f}" for name in FIGURES}
    done = replace(opening, refused=str(refused), **rounded)
    lines = _lines()
    for place, line in enumerate(lines):
        if (line["date"], line["bundle_sha256"]) == (opening.date, opening.bundle_sha256):
            lines[place] = asdict(done)
    _write(lines)
    return sum(line["bundle_sha256"] == opening.bundle_sha256 for line in lines)


def _lines() -> list[dict[str, Any]]:
    if not LEDGER.exists():
        return []
    with LEDGER.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _write(lines: list[dict[str, Any]]) -> None:
    LEDGER.parent.mkdir(parents=True, exist_ok=True)
    unfinished = LEDGER.with_name(f".{LEDGER.name}.part")
    with unfinished.open("w", encoding="utf-8", newline="") as stream:
        names = [field.name for field in fields(Opening)]
        writer = csv.DictWriter(stream, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    unfinished.replace(LEDGER)
