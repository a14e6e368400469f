"""Films of a data set, labelled and measured, without a file behind them."""

from pathlib import Path

from training.audit.image_statistics import FilmFacts, MeasuredFilm
from training.data.sources import LabelledFilm


def labelled(
    name: str,
    *classes: int,
    patient: str = "",
    subset: str = "train",
    sha256: str = "",
    is_own_patient: bool = False,
) -> LabelledFilm:
    """A film that is its own patient and like no other, unless said otherwise."""
    return LabelledFilm(
        path=Path(name),
        name=name,
        classes=classes,
        patient=patient or f"patient of {name}",
        is_own_patient=is_own_patient,
        subset=subset,
        sha256=sha256 or f"hash of {name}",
    )


def measured(film: LabelledFilm, *, fingerprint: int = 0, **numbers: float) -> MeasuredFilm:
    """Facts of a film of 100 x 100 pixels and 1,000 bytes; `fingerprint` is its 256 bits."""
    facts = {
        "width": 100,
        "height": 100,
        "n_bytes": 1000,
        "mean": 120.0,
        "contrast": 50.0,
        "border": 90.0,
    }
    return MeasuredFilm(
        film=film, facts=FilmFacts(**(facts | numbers), fingerprint=fingerprint.to_bytes(32))
    )
