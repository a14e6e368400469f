"""The audit: what in a data set could invalidate a training or its evaluation."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from cxr_app.spec import Task
from training.audit.duplicates import (
    MOST_BITS,
    Alike,
    NearDuplicates,
    find_identical,
    find_near,
)
from training.audit.image_statistics import MeasuredFilm
from training.audit.patient_leakage import SharedPatients, find_shared
from training.audit.shortcuts import COMBINED, Shortcut, shortcuts

__all__ = ["HASH_CAVEAT", "Audit", "alike_json", "audit_films"]

HASH_CAVEAT: Final = (
    f"Average hashes of 16 x 16 cells that differ in at most {MOST_BITS} of 256 bits. Chest films "
    "look alike (on the Kermany archive different children match from 10 bits on), so a match is a "
    "reason to look at both films and proves nothing; a film that was cropped or rotated is not "
    "found."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was found.

    Attributes
    ----------
    films : int
        All of them.
    unreadable : tuple of MeasuredFilm
        With the code by which the app refuses each.
    identical : tuple of Alike
        Groups of films whose files are equal.
    near : NearDuplicates
    shared : tuple of SharedPatients
        Patient numbers in more than one folder.
    without_patient : int
        Films that name no patient; each counts as a patient of its own.
    shortcuts : tuple of Shortcut
        Measured without the test films.
    """

    films: int
    unreadable: tuple[MeasuredFilm, ...]
    identical: tuple[Alike, ...]
    near: NearDuplicates
    shared: tuple[SharedPatients, ...]
    without_patient: int
    shortcuts: tuple[Shortcut, ...]

    @property
    def surplus(self) -> int:
        """Count the files that an identical one stands for."""
        return sum(len(one.films) - 1 for one in self.identical)

    @property
    def shortcuts_by_label(self) -> dict[str, list[Shortcut]]:
        """Sort the shortcuts by the label that they tell."""
        found: dict[str, list[Shortcut]] = {}
        for one in self.shortcuts:
            found.setdefault(one.label, []).append(one)
        return found

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before training, in sentences."""
        pairs = self.near.pairs
        counted = {
            "groups of identical films in several folders of the archive": sum(
                one.is_across_folders for one in self.identical
            ),
            "groups of identical films with different labels": sum(
                one.is_across_labels for one in self.identical
            ),
            "groups of identical films under different patient numbers": sum(
                one.is_across_patients for one in self.identical
            ),
            "pairs of near-identical films in different folders": sum(
                pair.is_across_folders for pair in pairs
            ),
            "pairs of near-identical films in different parts of the split": sum(
                pair.is_across_parts and not pair.is_across_folders for pair in pairs
            ),
        }
        shared = [
            f"patient numbers both in {one.folders[0]} and in {one.folders[1]}: {one.patients:,}; "
            "whether these are the same people is not known"
            for one in self.shared
        ]
        return (
            *self._giveaways(),
            *(f"{what}: {count:,}" for what, count in counted.items() if count),
            *shared,
            *([f"films that cannot be read: {len(self.unreadable):,}"] if self.unreadable else ()),
        )

    def _giveaways(self) -> list[str]:
        # Films of one size are in the same order by their bytes as by their bytes per pixel: what
        # ranks them as another number does is not said again.
        told = {(one.label, one.auc): one for one in reversed(self.shortcuts) if one.is_warning}
        return [
            f"the archive gives the label away: {one.sentence}"
            for one in self.shortcuts
            if told.get((one.label, one.auc)) is one
        ]

    def to_json(self) -> dict[str, Any]:
        """Lay the audit out as tables and lists, films by their names."""
        return {
            "films": self.films,
            "warnings": list(self.warnings),
            "unreadable": [{"film": one.film.name, "code": one.code} for one in self.unreadable],
            "identical": [alike_json(one) for one in self.identical],
            "near_duplicates": {
                "method": HASH_CAVEAT,
                "is_complete": self.near.is_complete,
                "pairs": [alike_json(one) for one in self.near.pairs],
            },
            "patients": {
                "films_without_patient": self.without_patient,
                "shared": [_shared_json(one) for one in self.shared],
            },
            "shortcuts": {
                "films": "train and val alone; no test film, and no copy of one",
                "combined": f"'{COMBINED}': boosted trees, folds by patient, films not seen",
                "found": [{**asdict(one), "is_warning": one.is_warning} for one in self.shortcuts],
            },
        }


def audit_films(
    films: tuple[MeasuredFilm, ...],
    parts: Mapping[str, str],
    *,
    labels: tuple[str, ...],
    task: Task,
) -> Audit:
    """Audit measured films.

    Parameters
    ----------
    films : tuple of MeasuredFilm
        All of the data set, its test films too: they are looked up among the others, and nothing
        else is made of them.
    parts : mapping of str to str
        Name of a film to what it is used for.
    labels : tuple of str
    task : Task
    """
    labelled = tuple(one.film for one in films)
    return Audit(
        films=len(films),
        unreadable=tuple(one for one in films if one.code),
        identical=find_identical(labelled, parts),
        near=find_near(films, parts),
        shared=find_shared(labelled),
        without_patient=sum(film.is_own_patient for film in labelled),
        shortcuts=shortcuts(films, labels, task),
    )


def alike_json(alike: Alike) -> dict[str, Any]:
    """Lay out films that look the same."""
    return {
        "films": [film.name for film in alike.films],
        "parts": list(alike.parts),
        "bits": alike.bits,
        "across_folders": alike.is_across_folders,
        "across_parts": alike.is_across_parts,
        "across_labels": alike.is_across_labels,
        "across_patients": alike.is_across_patients,
    }


def _shared_json(shared: SharedPatients) -> dict[str, Any]:
    return {
        "folders": list(shared.folders),
        "patients": shared.patients,
        "films": {folder: shared.films_in(folder) for folder in shared.folders},
        "names": [film.name for film in shared.films],
    }
