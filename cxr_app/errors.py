"""The errors of the app.

CxrError            a code for programs, a sentence for people
+-- Rejected        this source cannot be judged; the run goes on
+-- BundleError     no usable model; the program stops
+-- UsageError      the program was asked for something it cannot do
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from cxr_app.codes import ANSWERS, Answer, Code

__all__ = ["BundleError", "CxrError", "Rejected", "UsageError"]


class CxrError(Exception):
    """A code for programs and a sentence for people.

    Parameters
    ----------
    code : StrEnum
        What went wrong: a member of `Code`, whose sentence is in `cxr_app.codes.ANSWERS`.
    **figures : object
        Values for the placeholders of the sentence. They travel in ``__dict__``, so that the
        error survives a pickle on its way out of another process.
    """

    answers: ClassVar[Mapping[Any, Answer]] = (
        ANSWERS  # by code; a kind with more codes adds its own
    )

    def __init__(self, code: StrEnum, **figures: object) -> None:
        super().__init__(code)
        self.code = code
        self.figures = figures

    def __str__(self) -> str:
        return self.answers[self.code].message.format(**self.figures)


class Rejected(CxrError):
    """A source that cannot be judged: it gets its record and the run goes on."""

    code: Code

    def __init__(self, code: Code, **figures: object) -> None:
        super().__init__(code, **figures)

    def bare(self) -> "Rejected":
        """Say the same without a traceback, whose frames would keep a film's bytes in memory."""
        return Rejected(self.code, **self.figures)


class BundleError(CxrError):
    """A model that is missing, changed, invalid, too new or unsafe: nothing is answered."""


class UsageError(CxrError):
    """The program was asked for something it cannot do; exit status 2."""
