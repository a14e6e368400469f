"""What makes `requests` go to one checked address and nowhere else.

Neither requests nor urllib3 is told the address: they are given the name `NOWHERE`, and the
connection puts in the rest. So their exceptions and log lines have nothing to tell, no second
parser can read the address differently, and should a later release open a connection of its own,
there is no host of this name.
"""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.fetch.address import Address
from cxr_app.fetch.clocks import Clocks
from cxr_app.fetch.wire import Answer

__all__ = ["Hop", "asked"]

NOWHERE: Final = "picture.invalid"  # RFC 6761, section 6.4: no such name will ever be given out

_HEADERS: Final = {
    "User-Agent": "cxr-demo",
    "Accept": "image/jpeg, image/png, image/webp, image/tiff, image/bmp",
    # Pictures are packed already; a second packing only hides how large they are.
    "Accept-Encoding": "identity",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One request of a fetch.

    Attributes
    ----------
    address : Address
        What is asked for.
    connect : callable () -> socket
        Opens the connection to the checked address, or to the proxy.
    is_proxied : bool
    context : SSLContext or None
        Says which certificates are good; None for http.
    clocks : Clocks
    max_bytes : int
        Of the body.
    """

    address: Address
    connect: Callable[[], socket.socket]
    is_proxied: bool
    context: ssl.SSLContext | None
    clocks: Clocks
    max_bytes: int


class _Connection(HTTPConnection):
    """Goes where its hop says, whatever it is asked for."""

    def __init__(self, *arguments: Any, hop: Hop, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._hop = hop

    def _new_conn(self) -> socket.socket:
        return self._hop.connect()

    def connect(self) -> None:
        """Connect, and speak TLS where that is asked for, within the clock of connections."""
        address = self._hop.address
        if self._hop.is_proxied and address.scheme == "https":
            self.set_tunnel(address.host, address.port)
        try:
            super().connect()
        except TimeoutError:
            raise self._hop.clocks.ran_out(connecting=True) from None
        except ssl.SSLError:
            raise Rejected(Code.URL_TLS) from None
        except OSError:
            raise Rejected(Code.URL_UNREACHABLE) from None

    def putrequest(
        self,
        method: str,
        url: str,  # noqa: ARG002 - of nowhere
        skip_host: bool = False,
        skip_accept_encoding: bool = False,
    ) -> None:
        """Ask for the hop's address."""
        address = self._hop.address
        is_forwarded = self._hop.is_proxied and address.scheme == "http"
        super().putrequest(
            method, address.url if is_forwarded else address.target, skip_host, skip_accept_encoding
        )

    def response_class(self, connection: socket.socket, method: str) -> Answer:  # type: ignore[override]
        """Make the reader of an answer."""
        return Answer(connection, method, clocks=self._hop.clocks, max_bytes=self._hop.max_bytes)


class _SecureConnection(_Connection, HTTPSConnection):
    """The same with TLS; name and certificate are those of the real host."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    """Sends over one hop."""

    def __init__(self, hop: Hop) -> None:
        super().__init__(max_retries=0)
        self._pool: HTTPConnectionPool
        if hop.address.scheme == "https":
            self._pool = _SecurePool(
                NOWHERE,
                443,
                hop=hop,
                ssl_context=hop.context,
                cert_reqs="CERT_REQUIRED",
                server_hostname=hop.address.host,
            )
        else:
            self._pool = _Pool(NOWHERE, 80, hop=hop)

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,  # noqa: ARG002 - to nowhere
        verify: object,  # noqa: ARG002 - decided by the hop
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002 - the same
        cert: object = None,  # noqa: ARG002 - the same
    ) -> HTTPConnectionPool:
        """Return the hop's pool, whatever the request names."""
        return self._pool

    def cert_verify(self, conn: object, url: str, verify: object, cert: object) -> None:
        """Leave the hop's SSL context alone: it verifies, and nothing here can switch that off."""

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()
        super().close()


class _Session(requests.Session):
    """Follows no redirect, and does not read its body to find out where it would lead."""

    def __init__(self, hop: Hop) -> None:
        super().__init__()
        self.trust_env = False  # else proxies and .netrc of the environment apply
        self.adapters.clear()
        self.mount(f"{hop.address.scheme}://", _Adapter(hop))

    def get_redirect_target(
        self,
        resp: requests.Response,  # noqa: ARG002 - no answer leads on
    ) -> str | None:
        """Say that there is none."""
        return None


@contextmanager
def asked(hop: Hop, *, seconds: tuple[float, float]) -> Iterator[requests.Response]:
    """Ask for a hop's address; the connection is closed in the end.

    Parameters
    ----------
    hop : Hop
    seconds : tuple of two floats
        The library's own waits for a connection and for a byte; the hop's clocks are stricter.

    Yields
    ------
    Response
        With its header read and its body not.

    Raises
    ------
    Rejected
        `url_unreachable`, `url_tls`, `url_timeout`, `url_private_address`, `url_too_large`; also
        for what goes wrong while the body is read.
    """
    request = requests.Request(
        "GET",
        f"{hop.address.scheme}://{NOWHERE}/",
        headers={"Host": hop.address.netloc, **_HEADERS},
    ).prepare()
    try:
        with (
            _Session(hop) as session,
            session.send(request, stream=True, allow_redirects=False, timeout=seconds) as answer,
        ):
            yield answer
    except (requests.RequestException, HTTPError, HTTPException, OSError):
        raise Rejected(Code.URL_UNREACHABLE) from None
