"""From a film's file to the input of the network, in training as in the app."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.bundle import Bundle, open_bundle
from cxr_app.codes import Code
from cxr_app.engine.lungs import LUNGS_MODEL, LUNGS_WEIGHTS, LungFinder
from cxr_app.imaging.decode import decode
from cxr_app.imaging.from_memory import film_from_array
from cxr_app.imaging.quality import examine
from cxr_app.imaging.standardise import standardise
from cxr_app.imaging.to_input import to_input
from cxr_app.limits import Limits
from cxr_app.spec import StandardiseSpec
from training.data.sources import LabelledFilm
from training.errors import TrainingError

__all__ = [
    "AS_GIVEN",
    "Change",
    "FilmReader",
    "Standardiser",
    "finder_of",
    "lungs_of",
    "reader_of",
    "reader_with",
]

Change = Callable[[NDArray[np.uint8], bool], NDArray[np.uint8]]
"""(film uint8 [H, W], is of the looked-for class) -> uint8 [H2, W2]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standardiser:
    """What cuts films to their lungs.

    Attributes
    ----------
    lungs : LungFinder
    how : StandardiseSpec
    identity : str
        Of the network that finds the lungs: the SHA-256 of its weights.
    """

    lungs: LungFinder
    how: StandardiseSpec
    identity: str

    @classmethod
    def of(cls, bundle: Bundle, how: StandardiseSpec) -> "Standardiser":
        """Standardise with the lungs of a bundle that has a network for them."""
        return cls(lungs=finder_of(bundle), how=how, identity=bundle.spec.files[LUNGS_WEIGHTS])


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmReader:
    """How films become inputs.

    Attributes
    ----------
    standardiser : Standardiser or None
        None takes a film as it is.
    change : callable or None
        Changes a film first, to measure what that does.
    change_name : str
        Tells one change from another.
    """

    standardiser: Standardiser | None = None
    change: Change | None = None
    change_name: str = ""

    @property
    def identity(self) -> str:
        """What an input hangs on besides the film; empty where it is the film alone."""
        known = self.standardiser
        told = [f"{known.how} {known.identity}"] if known else []
        return " ".join([*told, self.change_name]).strip()

    def read(self, film: LabelledFilm) -> NDArray[np.uint8]:
        """Decode one film into the input of the served graph, uint8 [512, 512, 1].

        Raises
        ------
        Rejected
            As the app would reject it.
        """
        limits = Limits()
        decoded = decode(film.path.read_bytes(), limits)
        if self.change is not None:
            decoded = film_from_array(self.change(decoded.pixels, film.classes == (1,)), limits)
        examine(decoded, limits)
        inputs = to_input(decoded)
        known = self.standardiser
        if known is None:
            return inputs
        return standardise(inputs[:, :, 0], known.lungs.find, known.how).pixels[:, :, np.newaxis]


def lungs_of(folder: Path) -> Bundle:
    """Open a model that finds lungs.

    Raises
    ------
    BundleError
        Where it does not verify.
    TrainingError
        `usage` where it finds none.
    """
    bundle = open_bundle(folder)
    if bundle.spec.lungs is None:
        reason = f"{folder.name} finds no lungs: first run python -m training lungs"
        raise TrainingError(Code.USAGE, reason=reason)
    return bundle


def finder_of(bundle: Bundle) -> LungFinder:
    """Compile the network of a bundle from `lungs_of`."""
    return LungFinder(bundle.read(LUNGS_MODEL), bundle.read(LUNGS_WEIGHTS))


AS_GIVEN: Final = FilmReader()


def reader_with(lungs: Bundle | None, how: StandardiseSpec | None) -> FilmReader:
    """Read films standardised with a bundle's lungs; as they are without the one or the other."""
    if lungs is None or how is None:
        return AS_GIVEN
    return FilmReader(standardiser=Standardiser.of(lungs, how))


def reader_of(bundle: Bundle) -> FilmReader:
    """Read films as a bundle's network saw them."""
    return reader_with(bundle, bundle.spec.input.standardise)
