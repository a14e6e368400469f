"""A film that a reader gave: fetched once, decoded once, whoever asks first."""

import threading
from collections.abc import Callable

from cxr_app.decoding.pool import Decoder
from cxr_app.errors import Rejected
from cxr_app.imaging.correction import AS_GIVEN, Correction
from cxr_app.imaging.film import Film
from cxr_app.imaging.thumbnail import make_thumbnail
from cxr_app.limits import Limits
from cxr_app.pipeline import Reading, read_film
from cxr_app.sources import Source, UploadSource

__all__ = ["GivenFilm"]

PREVIEW_SIDE = 256  # pixels


class GivenFilm:
    """A source whose bytes, input and small pictures are kept, and whose pixels are not.

    Safe to use from several threads: the first one reads, the others wait and get the same.

    Parameters
    ----------
    source : Source
    correction : Correction
        What the reader puts right on the film.
    admit : callable (n_bytes: int) -> None
        Hears how many bytes came, before they are kept; may refuse them by raising `Rejected`.
    """

    def __init__(
        self,
        source: Source,
        admit: Callable[[int], None] = lambda _: None,
        *,
        correction: Correction = AS_GIVEN,
    ) -> None:
        self.name = source.name
        self.correction = correction
        self._source: Source | None = source
        self._admit = admit
        self._lock = threading.Lock()
        self._decoding = threading.Lock()
        self._data: bytes | None = None
        self._error: Rejected | None = None
        self._reading: Reading | None = None
        self.picture: bytes | None = None
        self.preview: bytes | None = None

    @property
    def n_bytes(self) -> int:
        """How many bytes of its file are in memory now."""
        data = self._data
        return len(data) if data is not None else 0

    @property
    def identity(self) -> str | None:
        """See `cxr_app.pipeline.Reading`; None before it is decoded."""
        return self._reading.identity if self._reading else None

    def corrected(self, correction: Correction) -> "GivenFilm":
        """Give the same file again, with something put right on its film.

        Raises
        ------
        ValueError
            Where its bytes are not there.
        """
        if self._data is None:
            raise ValueError("a film that was not read cannot be corrected")
        source = UploadSource(self.name, self._data)
        return GivenFilm(source, correction=self.correction.then(correction))

    def read(self, limits: Limits) -> bytes:
        """See `Source.read`; the limits of the first call count."""
        with self._lock:
            if self._source is not None:
                self._read(self._source, limits)
                self._source = None
        if self._error is not None:
            raise self._error.bare()
        if self._data is None:
            raise ValueError("a source was neither read nor refused")
        return self._data

    def reading(self, limits: Limits, decoder: Decoder) -> Reading:
        """See `cxr_app.pipeline.Readable.reading`; `picture` and `preview` are there afterwards."""
        with self._decoding:
            if self._reading is None:
                self._reading, film = read_film(self, limits, decoder, self.correction)
                if film is not None:
                    self._draw(film)
            return self._reading

    def _draw(self, film: Film) -> None:
        self.picture = make_thumbnail(film)
        self.preview = make_thumbnail(film, side_px=PREVIEW_SIDE)

    def _read(self, source: Source, limits: Limits) -> None:
        try:
            data = source.read(limits)
            self._admit(len(data))
            self._data = data
        except Rejected as error:
            self._error = error.bare()
