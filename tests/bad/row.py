"""One bad input: how it is made and what must be answered."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cxr_app.codes import Code

Answer = Code | tuple[Code, ...]  # a rejection, or the warnings of a film that is read
OK: tuple[Code, ...] = ()
DAMAGED: tuple[Code, ...] = (Code.POSSIBLY_DAMAGED,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One example of a family.

    Attributes
    ----------
    id : str
        Family and example.
    make : callable () -> bytes
    answers : tuple of Answer
        Any of these; mostly one.
    twin : callable () -> ndarray, or None
        Pixels of the clean picture.
    within : float
        Grey levels that the mean may differ from the twin's by, pixel for pixel; 0 is equal.
    name : str
        Of the file, where the row is about names.
    is_heavy : bool
        Costs tens of megabytes.
    """

    id: str
    make: Callable[[], bytes]
    answers: tuple[Answer, ...]
    twin: Callable[[], NDArray[np.uint8]] | None = None
    within: float = 0.0
    name: str = ""
    is_heavy: bool = field(default=False)
