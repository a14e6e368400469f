"""What is measured of a film when it is read: size, bytes, brightness and a fingerprint."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from imagehash import average_hash
from PIL import Image
from tqdm import tqdm

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.decode import decode
from cxr_app.imaging.film import Film
from cxr_app.imaging.quality import examine
from cxr_app.imaging.thumbnail import make_thumbnail
from cxr_app.limits import Limits
from training.data.sources import LabelledFilm

__all__ = ["FilmFacts", "MeasuredFilm", "facts_of", "measure", "open_films"]

BORDER: Final = 0.08
"""Share of each side that counts as the border."""

FINGERPRINT_SIDE: Final = 16  # cells

PICTURE_SIDE: Final = 240  # pixels of the longer side of a sample film in the report


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFacts:
    """Numbers of one film.

    Attributes
    ----------
    width, height : int
        In pixels, as shown on a viewer.
    n_bytes : int
        Of the file.
    mean, contrast : float
        Mean and standard deviation of the grey levels, 0..255.
    border : float
        Mean grey level of the outer 8 % of each side, 0..255.
    fingerprint : bytes
        256 bits, row by row: 1 where a cell of 16 x 16 is brighter than their mean.
    """

    width: int
    height: int
    n_bytes: int
    mean: float
    contrast: float
    border: float
    fingerprint: bytes

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height

    @property
    def bytes_per_pixel(self) -> float:
        """How strongly the file was compressed."""
        return self.n_bytes / (self.width * self.height)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredFilm:
    """A film of a data set and what was measured of it, or why it cannot be read.

    Attributes
    ----------
    film : LabelledFilm
    facts : FilmFacts or None
        None where it cannot be read.
    code : Code or None
        The app's reason to refuse it.
    picture : bytes or None
        A small JPEG of it, where one was asked for.
    """

    film: LabelledFilm
    facts: FilmFacts | None = None
    code: Code | None = None
    picture: bytes | None = None

    def __post_init__(self) -> None:
        """Check that there are facts, or else a reason."""
        if (self.facts is None) == (self.code is None):
            raise ValueError("a measured film has either facts or a code")


def measure(
    films: tuple[LabelledFilm, ...], *, pictured: frozenset[str] = frozenset()
) -> tuple[MeasuredFilm, ...]:
    """Read every film once, as the app reads it, and keep its numbers alone.

    Parameters
    ----------
    films : tuple of LabelledFilm
    pictured : frozenset of str
        Names of films of which a small picture is kept too.

    Returns
    -------
    tuple of MeasuredFilm
        In the order of `films`.
    """
    bar = tqdm(films, desc="films", unit="film", leave=False)
    return tuple(_measured(film, is_pictured=film.name in pictured) for film in bar)


def open_films(films: Iterable[MeasuredFilm]) -> tuple[MeasuredFilm, ...]:
    """Keep the films that were read and may be looked at: no test film, and no copy of one."""
    every = tuple(films)
    test = {one.film.sha256 for one in every if one.film.subset == "test"}
    return tuple(one for one in every if one.facts and one.film.sha256 not in test)


def facts_of(film: Film, n_bytes: int) -> FilmFacts:
    """Measure a decoded film.

    Parameters
    ----------
    film : Film
        Pixels uint8 [height, width].
    n_bytes : int
        Of its file.
    """
    picture = Image.fromarray(film.pixels)
    height, width = film.pixels.shape
    # Of 256 counts, exactly: a mean of the pixels would first widen them to eight bytes each.
    counts = np.array(picture.histogram(), np.float64) / film.pixels.size
    levels = np.arange(len(counts))
    mean = float(counts @ levels)
    return FilmFacts(
        width=width,
        height=height,
        n_bytes=n_bytes,
        mean=mean,
        contrast=float(np.sqrt(counts @ (levels - mean) ** 2)),
        border=_border(film),
        fingerprint=_fingerprint(picture),
    )


def _measured(film: LabelledFilm, *, is_pictured: bool) -> MeasuredFilm:
    data = film.path.read_bytes()
    limits = Limits()
    try:
        decoded = decode(data, limits)
        examine(decoded, limits)
    except Rejected as error:
        return MeasuredFilm(film=film, code=error.code)
    picture = make_thumbnail(decoded, side_px=PICTURE_SIDE) if is_pictured else None
    return MeasuredFilm(film=film, facts=facts_of(decoded, len(data)), picture=picture)


def _border(film: Film) -> float:
    height, width = film.pixels.shape
    rows, columns = max(1, round(BORDER * height)), max(1, round(BORDER * width))
    inside = film.pixels[rows:-rows, columns:-columns]
    total = film.pixels.sum(dtype=np.int64) - inside.sum(dtype=np.int64)
    return float(total / (film.pixels.size - inside.size))


def _fingerprint(picture: Image.Image) -> bytes:
    """Hash a picture by what it shows: small changes of it turn few of the bits.

    The library shrinks it by Lanczos. The bilinear filter would make films more alike: on the
    Kermany archive 39 pairs are at most 8 bits apart, none across its folders; by the bilinear one
    59, six of them across.
    """
    return np.packbits(average_hash(picture, FINGERPRINT_SIDE).hash).tobytes()
