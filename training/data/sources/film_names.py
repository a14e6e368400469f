"""Which child a film shows, from the archives' file names."""

import re
from typing import Final

__all__ = ["kind_of", "patient_of", "series_of"]

# One pattern for each naming scheme; the named groups together are the patient.
_SCHEMES: Final = (
    # Kaggle's copy of Kermany: person12_bacteria_34, person12_virus_7.
    re.compile(r"(?P<patient>person\d+)_(?:bacteria|virus)_\d+", re.IGNORECASE),
    # The same, NORMAL films: IM-0115-0001 and NORMAL2-IM-0115-0001 are different children; the
    # second number is the film, so it must not count.
    re.compile(r"(?P<patient>(?:NORMAL2-)?IM-\d+)-\d+(?:-\d+)?", re.IGNORECASE),
    # Mendeley's later version: NORMAL-1049278-0001, BACTERIA-1049278-0001, VIRUS-1049278-0001.
    re.compile(r"(?:NORMAL|BACTERIA|VIRUS)-(?P<patient>\d+)-\d+", re.IGNORECASE),
    # NIH ChestX-ray14: 00000001_000.
    re.compile(r"(?P<patient>\d{8})_\d{3}"),
)


def patient_of(stem: str) -> str | None:
    """Name the patient of a film.

    Parameters
    ----------
    stem : str
        File name without its ending.

    Returns
    -------
    str or None
        Equal for films of one patient; None where no archive's scheme fits.
    """
    for scheme in _SCHEMES:
        match = scheme.fullmatch(stem)
        if match:
            return match["patient"].lower()
    return None


_KIND: Final = re.compile(r"(?:^|_)(bacteria|virus)(?:_|-)", re.IGNORECASE)


def kind_of(stem: str) -> str | None:
    """Read the kind of infection, "bacteria" or "virus", out of a film's name; else None."""
    match = _KIND.search(stem)
    return match[1].lower() if match else None


_SERIES: Final = re.compile(r"(?:^|/)((?:NORMAL2-)?IM)-\d+-", re.IGNORECASE)


def series_of(name: str) -> str | None:
    """Read the series of a normal film, "IM" or "NORMAL2-IM", out of its name; else None."""
    match = _SERIES.search(name)
    return match[1].upper() if match else None
