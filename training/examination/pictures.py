"""Pictures to fit the gate on: children's films, adults' films, and what is no chest film."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_app.errors import Rejected
from cxr_app.examination.gate import LATERAL
from cxr_app.imaging.decode import decode
from cxr_app.limits import Limits
from training.data.sources import LabelledFilm
from training.data.sources.films import ENDINGS, invalid
from training.examination.drawn_pictures import draw_others, join_films

__all__ = ["KINDS", "Example", "drawn_examples", "film_examples", "other_examples"]

Grey = NDArray[np.uint8]

_BODY: Final = (
    *("abdomen", "dental", "foot_ankle", "hand", "hip_pelvis", "knee", "mammogram"),
    *("shoulder_elbow_humerus", "skull", "spine", "spine_whole"),
)
_SLICE: Final = ("abdomen_ct", "brain_mri", "chest_ct", "ct_projection", "ultrasound", "slice")
_PHOTO: Final = ("drawing", "face", "photo", "photo_object", "wallpaper")
_PAGE: Final = ("chart", "document", "screen", "text")
_PATTERN: Final = ("blobs", "checks", "gradient", "noise", "texture")

# Folders of other pictures, by what the gate calls them.
KINDS: Final = MappingProxyType(
    {
        **dict.fromkeys(_BODY, "body"),
        **dict.fromkeys(_SLICE, "slice"),
        **dict.fromkeys(_PHOTO, "photo"),
        **dict.fromkeys(_PAGE, "page"),
        **dict.fromkeys(_PATTERN, "pattern"),
        "lateral_chest": LATERAL,
        "several_films": "several",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A picture of a known kind.

    Attributes
    ----------
    kind : str
        As the gate calls it.
    detail : str
        The folder's own word for it; of films the archive.
    source : str
        Pictures of one source are never both fitted on and judged: the archive's patient for
        films, the collection for other pictures.
    name : str
    is_held_out : bool
        Of films: never fitted on, only judged.
    grey : ndarray, uint8 [h, w]
    """

    kind: str
    detail: str
    source: str
    name: str
    is_held_out: bool = False
    grey: Grey


def film_examples(
    films: tuple[LabelledFilm, ...], *, kind: str, detail: str, is_held_out: bool
) -> Iterator[Example]:
    """Read chest films; those that cannot be read are passed over."""
    for film in films:
        if (grey := _read(film.path)) is not None:
            yield Example(
                kind=kind,
                detail=detail,
                source=film.patient,
                name=film.name,
                is_held_out=is_held_out,
                grey=grey,
            )


def other_examples(folder: Path) -> Iterator[Example]:
    """Read pictures that are no frontal chest films, laid out as `KIND/SOURCE-NUMBER.jpg`.

    Raises
    ------
    TrainingError
        `data_invalid` for a kind that is not in `KINDS`, or where there is none.
    """
    kinds = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not kinds:
        raise invalid(folder, "it holds no folder of pictures")
    for place in kinds:
        if place.name not in KINDS:
            raise invalid(place, f"the folder must be named one of {', '.join(sorted(KINDS))}")
        for path in sorted(place.iterdir()):
            if path.suffix.lower() in ENDINGS and (grey := _read(path)) is not None:
                yield Example(
                    kind=KINDS[place.name],
                    detail=place.name,
                    source=f"{place.name}/{path.stem.rpartition('-')[0]}",
                    name=path.name,
                    grey=grey,
                )


def drawn_examples(films: list[Grey], *, seed: int) -> Iterator[Example]:
    """Draw patterns, pages and charts, and join films into one picture.

    Drawings of one kind are made in four sources, so that they are judged too.
    """
    drawn = [*draw_others(seed), *(("several_films", grey) for grey in join_films(films, seed))]
    for place, (detail, grey) in enumerate(drawn):
        yield Example(
            kind=KINDS[detail],
            detail=detail,
            source=f"{detail}/drawn {place % 4}",
            name=f"drawn {place}",
            grey=grey,
        )


def _read(path: Path) -> Grey | None:
    try:
        pixels = decode(path.read_bytes(), replace(Limits(), min_side=32)).pixels
    except (OSError, Rejected):
        return None
    picture = Image.fromarray(pixels)
    picture.thumbnail((1024, 1024))
    return np.asarray(picture)
