"""What comes over a connection: within the clocks, counted, and headers of bounded size."""

import http.client
import io
import socket
import ssl
from typing import Any, Final

from urllib3.exceptions import HeaderParsingError
from urllib3.util.response import assert_header_parsing

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.fetch.clocks import Clocks
from cxr_app.limits import MIB

__all__ = ["MAX_HEADER_BYTES", "Answer", "too_large"]

MAX_HEADER_BYTES: Final = 64 * 1024
# What the marks between the chunks of a body may take beside the body.
_FRAMES_BYTES: Final = 64 * 1024


def too_large(max_bytes: int) -> Rejected:
    """Say that a picture has more bytes than it may have."""
    return Rejected(Code.URL_TOO_LARGE, max=f"{max_bytes / MIB:.3g}")


class _Wire(io.RawIOBase):
    """A connection's bytes. Before each wait the socket is told how long it may last.

    Parameters
    ----------
    raw : RawIOBase
        What reads from the connection.
    connection : socket
    clocks : Clocks
    max_bytes : int
        Of the body; more than that and its frames never leaves the connection.
    """

    def __init__(
        self, raw: io.RawIOBase, connection: socket.socket, clocks: Clocks, max_bytes: int
    ) -> None:
        super().__init__()
        self._raw = raw
        self._connection = connection
        self._clocks = clocks
        self._max_bytes = max_bytes
        self._left = MAX_HEADER_BYTES + max_bytes + _FRAMES_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        self._connection.settimeout(self._clocks.silence())
        try:
            count = self._raw.readinto(buffer) or 0
        except TimeoutError:
            raise self._clocks.ran_out() from None
        except ssl.SSLError:  # in TLS 1.3 a server may refuse the handshake after its end
            raise Rejected(Code.URL_TLS) from None
        except OSError:
            raise Rejected(Code.URL_UNREACHABLE) from None
        self._left -= count
        if self._left < 0:
            raise too_large(self._max_bytes)
        return count

    def close(self) -> None:
        try:
            self._raw.close()
        finally:
            super().close()


class _Reader(io.BufferedReader):
    """Lines and bytes; the lines of a header have an end."""

    def __init__(self, wire: _Wire) -> None:
        super().__init__(wire)
        self._left = MAX_HEADER_BYTES
        self.is_header = True

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if self.is_header:
            self._left -= len(line)
            # A header that breaks off would pass for one without the lines that are missing.
            if self._left < 0 or not line.endswith(b"\n"):
                raise Rejected(Code.URL_UNREACHABLE)
        return line


class Answer(http.client.HTTPResponse):
    """A server's answer, read through a `_Wire`. The library itself ends a header at 100 lines."""

    def __init__(
        self, connection: socket.socket, method: str, *, clocks: Clocks, max_bytes: int
    ) -> None:
        super().__init__(connection, method=method)
        raw = self.fp.detach()
        self._reader = _Reader(_Wire(raw, connection, clocks, max_bytes))
        self.fp = self._reader

    def begin(self) -> None:
        """Read status and header.

        Raises
        ------
        Rejected
            `url_unreachable` where the header is too long or is none.
        """
        super().begin()
        self._reader.is_header = False
        try:
            # urllib3 asks the same later, and logs the header's text where it does not hold.
            assert_header_parsing(self.msg)
        except HeaderParsingError:
            raise Rejected(Code.URL_UNREACHABLE) from None
        # Never sent back, so it is not even read.
        del self.msg["Set-Cookie"]
        del self.msg["Set-Cookie2"]
