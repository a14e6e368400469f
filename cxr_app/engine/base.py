"""What every engine is: inputs in, raw outputs out."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Engine", "ModelFiles", "Outputs", "Workload"]


class Workload(StrEnum):
    """What a network is got ready for."""

    ONE_FILM = "one film"  # every core for one film: its answer is there soonest
    MANY_FILMS = "many films"  # a core for each of several films: all answers are there soonest


class ModelFiles(Protocol):
    """What an engine needs of a bundle."""

    @property
    def names(self) -> Collection[str]:
        """Of its files."""

    @property
    def folder(self) -> Path:
        """Where the files lie."""

    def read(self, name: str) -> bytes:
        """Read a file whose bytes are the released ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Raw outputs of a network for N inputs.

    Attributes
    ----------
    logits : ndarray, float32 [N, classes]
        In the order of the bundle's labels; a head with one sigmoid gives [0, z].
    features : ndarray, float32 [N, h, w, k]
        The last map before pooling.
    """

    logits: NDArray[np.float32]
    features: NDArray[np.float32]


class Engine(Protocol):
    """A network that is ready to run.

    An engine may be called from several threads at once, and the outputs for one input do not
    depend on what else is in its batch (to float32 rounding).
    """

    @property
    def name(self) -> str:
        """Runtime and its version, as records show it."""

    @property
    def precision(self) -> str:
        """Number format of the computation, as records show it."""

    def run(self, inputs: NDArray[np.uint8]) -> Outputs:
        """Run the network.

        Parameters
        ----------
        inputs : ndarray, uint8 [N, 512, 512, 1]
            N >= 1.
        """
