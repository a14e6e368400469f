"""The ledger of the official test: every opening is a line, so that nobody can look too often."""

import csv
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cxr_app.spec import Interval
from training.data.sources import LabelledFilm, data_sha256

__all__ = ["LEDGER", "Opening", "append", "begin", "complete", "finish", "openings"]

LEDGER: Final = Path(__file__).resolve().parents[2] / "docs" / "test-ledger.csv"


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


def begin(
    films: tuple[LabelledFilm, ...], *, name: str, version: str, sha256: str, with_forms: bool
) -> Opening:
    """Add the line of an opening that begins now.

    Parameters
    ----------
    films : tuple of LabelledFilm
        That are about to be opened.
    name, version, sha256 : str
        Which model looks at them.
    with_forms : bool
    """
    opening = Opening(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        bundle=name,
        version=version,
        bundle_sha256=sha256,
        films_sha256=data_sha256(films),
        films=len(films),
        with_forms="yes" if with_forms else "no",
    )
    append(opening, LEDGER)
    return opening


def finish(opening: Opening, *, refused: int, figures: Mapping[str, Interval]) -> int:
    """Put what was found into the line of an opening.

    Returns
    -------
    int
        How often the test has been opened for this model.
    """
    done = replace(
        opening,
        refused=str(refused),
        auc=_rounded(figures["auc"]),
        accuracy=_rounded(figures["accuracy"]),
        sensitivity=_rounded(figures["sensitivity"]),
        specificity=_rounded(figures["specificity"]),
        ece=_rounded(figures["ece"]),
    )
    complete(done, LEDGER)
    return openings(opening.bundle_sha256, LEDGER)


def _rounded(figure: Interval) -> str:
    return f"{figure.value:.4f}"


def append(opening: Opening, ledger: Path) -> None:
    """Add a line before a film is read: what is opened stays opened, whatever happens then."""
    _write(ledger, [*_lines(ledger), asdict(opening)])


def complete(opening: Opening, ledger: Path) -> None:
    """Put the figures into the line of this opening."""
    lines = _lines(ledger)
    for place, line in enumerate(lines):
        if (line["date"], line["bundle_sha256"]) == (opening.date, opening.bundle_sha256):
            lines[place] = asdict(opening)
    _write(ledger, lines)


def openings(bundle_sha256: str, ledger: Path) -> int:
    """Count how often the test was opened for a model."""
    return sum(line["bundle_sha256"] == bundle_sha256 for line in _lines(ledger))


def _lines(ledger: Path) -> list[dict[str, Any]]:
    if not ledger.exists():
        return []
    with ledger.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _write(ledger: Path, lines: list[dict[str, Any]]) -> None:
    ledger.parent.mkdir(parents=True, exist_ok=True)
    unfinished = ledger.with_name(f".{ledger.name}.part")
    with unfinished.open("w", encoding="utf-8", newline="") as stream:
        names = [field.name for field in fields(Opening)]
        writer = csv.DictWriter(stream, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    unfinished.replace(ledger)
