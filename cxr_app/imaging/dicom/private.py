"""A film's whole header, identity included, kept apart from all that is shown."""

import io
import logging
import warnings
from typing import NoReturn

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.faults import FAULTS
from cxr_app.imaging.dicom.reader import take_apart
from cxr_app.imaging.dicom.syntax import Encoding
from cxr_app.limits import Limits

__all__ = ["PrivateHeader", "private_header"]

# What it warns of and logs quotes values, names among them. Once for all: a context of `warnings`
# would change what other threads hear.
warnings.filterwarnings("ignore", category=UserWarning, module=r"pydicom\.")
logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)


class PrivateHeader:
    """The bytes of a data set up to its pixels, for an export that the user asked for.

    It neither shows itself nor leaves its process: a log, a traceback or a queue never has it.

    Parameters
    ----------
    header : bytes
    encoding : Encoding
    """

    __slots__ = ("_encoding", "_header")

    def __init__(self, header: bytes, encoding: Encoding) -> None:
        self._header = header
        self._encoding = encoding

    def __repr__(self) -> str:
        """Show nothing of what is inside."""
        return "PrivateHeader()"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled or copied."""
        raise TypeError("A private header does not leave its process.")

    def open(self) -> Dataset:
        """Read it; each call gives a data set of its own.

        Raises
        ------
        Rejected
            `corrupt`.
        """
        encoding = self._encoding
        try:
            return read_dataset(io.BytesIO(self._header), encoding.is_implicit, encoding.is_little)
        except FAULTS:
            raise Rejected(Code.CORRUPT) from None


def private_header(data: bytes, limits: Limits | None = None) -> PrivateHeader:
    """Keep the header of a DICOM file.

    Parameters
    ----------
    data : bytes
        The whole file.
    limits : Limits, optional

    Raises
    ------
    Rejected
        As `take_apart`.
    """
    parts = take_apart(data, limits or Limits())
    return PrivateHeader(parts.header, parts.encoding)
