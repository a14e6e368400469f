"""A labelled film, whatever archive it comes from."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.errors import TrainingCode, TrainingError

__all__ = ["ENDINGS", "LabelledFilm", "data_sha256", "film_sha256", "invalid"]

ENDINGS: Final = frozenset({".jpeg", ".jpg", ".png", ".tif", ".tiff", ".bmp", ".webp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledFilm:
    """A film of a data set.

    Attributes
    ----------
    path : Path
        Where it lies.
    name : str
        Its path below the data folder, with forward slashes.
    classes : tuple of int
        Places of its classes in the recipe's labels: one where classes exclude each other, any
        number, none too, where they do not.
    patient : str
        Equal for films of one patient.
    is_own_patient : bool
        Nobody says whose it is, so it counts as a patient of its own.
    subset : str
        "train", "val" or "test" as the archive has it; "train" where it has none, but "test" for
        every film that is one of the official test's by its bytes.
    sha256 : str
        Of its bytes, in hexadecimal.
    groups : tuple of (str, str)
        What else its archive says of it, to report groups of films apart: ("view", "AP").
    age_years : float or None
        Of the patient, as the archive states it.
    weight : float
        How much it counts in training beside the others.
    """

    path: Path
    name: str
    classes: tuple[int, ...]
    patient: str
    is_own_patient: bool = False
    subset: str
    sha256: str
    groups: tuple[tuple[str, str], ...] = ()
    age_years: float | None = None
    weight: float = 1.0

    @property
    def label(self) -> int:
        """Its only class."""
        (label,) = self.classes
        return label


def film_sha256(path: Path) -> str:
    """Hash a film's file.

    Raises
    ------
    TrainingError
        `data_invalid`, with the film's name, where it cannot be opened.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        reason = f"cannot be read: {(error.strerror or 'unknown').lower()}"
        raise invalid(path, reason) from error


def data_sha256(films: tuple[LabelledFilm, ...]) -> str:
    """Hash the sorted file hashes: the identity of a data set, whatever its files are called."""
    text = "\n".join(sorted(film.sha256 for film in films))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def invalid(place: Path, reason: str) -> TrainingError:
    """Say that data at a place cannot be used, by the place's last name alone."""
    return TrainingError(TrainingCode.DATA_INVALID, place=place.name or str(place), reason=reason)
