"""Class `Fetcher`: the one safe way to a picture at an address that a user typed."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Final

import certifi

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.fetch.address import Address, follow, parse
from cxr_app.fetch.body import check_picture, read_body, too_large
from cxr_app.fetch.connection import (
    Deadline,
    Dialler,
    Metered,
    Resolver,
    TooManyBytes,
    checked,
    connect,
    dial,
    look_up,
    open_tunnel,
    resolve,
    secure,
)
from cxr_app.fetch.public_networks import IPAddress
from cxr_app.fetch.rules import FetchRules, parse_proxy
from cxr_app.limits import Limits

__all__ = ["FetchRules", "Fetcher"]

_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_HEADERS: Final = {
    "User-Agent": "cxr-demo",
    "Accept": "image/jpeg, image/png, image/webp, image/tiff, image/bmp",
    # Pictures are packed already; a second packing only hides how large they are.
    "Accept-Encoding": "identity",
    "Connection": "close",
}


class Fetcher:
    """Fetches pictures. May be used from several threads at once.

    Every hop, the first and each redirect, goes the same way: the address is parsed once, its host
    looked up once, every answer must be a public address, and the connection goes to an address
    that was checked. Nothing of one fetch is left for the next.

    Parameters
    ----------
    rules : FetchRules
        What may be done, and for how long.
    resolve : callable (host: str, port: int) -> iterable of str
        Looks a name up.
    dial : callable (address: IPv4Address or IPv6Address, port: int, seconds: float) -> socket
        Connects to an address.
    """

    def __init__(
        self, rules: FetchRules, *, resolve: Resolver = resolve, dial: Dialler = dial
    ) -> None:
        self._rules = rules
        self._resolve = resolve
        self._dial = dial
        self._proxy = parse_proxy(rules.proxy) if rules.proxy is not None else None
        self._turns = threading.BoundedSemaphore(rules.at_once)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Certificates that are trusted: public authorities' and the one's in the rules.

        Not `create_default_context`, which writes a connection's keys into a file that the
        environment names; and made once, because the public list takes 20 ms to read.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies certificate and host name
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_verify_locations(certifi.where())
        if self._rules.ca_bundle is not None:
            context.load_verify_locations(self._rules.ca_bundle)
        return context

    def fetch(self, text: str, limits: Limits) -> bytes:
        """Fetch the picture at an address.

        Parameters
        ----------
        text : str
            As typed.
        limits : Limits
            Of which `max_bytes` counts here.

        Returns
        -------
        bytes
            Not empty, and no text; whether it is a picture the decoder says.

        Raises
        ------
        Rejected
            A code that begins with ``url_``, or `empty`.
        """
        address = parse(text, ports=self._rules.ports)
        with self._turns:
            deadline = Deadline(self._rules)
            for _ in range(self._rules.redirects + 1):
                with self._asked(address, deadline, limits) as answer:
                    if answer.status not in _REDIRECTS:
                        return check_picture(_picture(answer, limits, deadline))
                    address = follow(address, _location(answer), ports=self._rules.ports)
        raise Rejected(Code.URL_REDIRECTS)

    @contextmanager
    def _asked(
        self, address: Address, deadline: Deadline, limits: Limits
    ) -> Iterator[HTTPResponse]:
        """Ask for an address; header read, body not. The connection is closed in the end.

        What goes wrong becomes a code here, also while the body is read: an exception of a library
        may hold the address.
        """
        rules = self._rules
        addresses, port = self._checked(address, deadline)
        connection = connect(addresses, port, dial=self._dial, rules=rules, deadline=deadline)
        is_connecting = True
        try:
            with closing(connection), deadline.ends(connection):
                connection.settimeout(rules.connect_seconds)
                if address.scheme == "https":
                    if self._proxy is not None:
                        open_tunnel(connection, address)
                    connection = secure(connection, address, self._context)
                is_connecting = False
                connection.settimeout(rules.silence_seconds)
                with (
                    closing(connection),
                    deadline.ends(connection),
                    closing(self._answer(connection, address, limits)) as answer,
                ):
                    yield answer
        except TooManyBytes:
            raise too_large(limits.max_bytes) from None
        except TimeoutError:
            seconds = rules.connect_seconds if is_connecting else rules.silence_seconds
            raise deadline.timeout(seconds) from None
        except ssl.SSLError:  # in TLS 1.3 a server may refuse the handshake after its end
            deadline.left()
            raise Rejected(Code.URL_TLS) from None
        except (HTTPException, OSError, ValueError):
            deadline.left()
            raise Rejected(Code.URL_UNREACHABLE) from None

    def _answer(self, connection: socket.socket, address: Address, limits: Limits) -> HTTPResponse:
        asking = HTTPConnection(address.host)
        asking.sock = Metered(connection, limits.max_bytes)
        is_forwarded = self._proxy is not None and address.scheme == "http"
        target = address.url if is_forwarded else address.target
        asking.request("GET", target, headers={"Host": address.netloc, **_HEADERS})
        answer = asking.getresponse()
        if answer.headers.defects:
            raise Rejected(Code.URL_UNREACHABLE)
        return answer

    def _checked(self, address: Address, deadline: Deadline) -> tuple[tuple[IPAddress, ...], int]:
        """Return the addresses to connect to, all of them checked, and the port."""
        # A number needs no resolver, so it is checked also where a proxy would go there.
        given = checked([address.host], self._rules.allow) if address.ip is not None else ()
        if self._proxy is not None:
            return self._look_up(self._proxy.host, self._proxy.port, deadline), self._proxy.port
        return given or self._look_up(address.host, address.port, deadline), address.port

    def _look_up(self, host: str, port: int, deadline: Deadline) -> tuple[IPAddress, ...]:
        found = look_up(host, port, resolve=self._resolve, deadline=deadline)
        return checked(found, self._rules.allow)


def _picture(answer: HTTPResponse, limits: Limits, deadline: Deadline) -> bytes:
    if answer.status != HTTPStatus.OK:
        raise Rejected(Code.URL_STATUS, status=answer.status)
    body = read_body(answer, limits.max_bytes)
    deadline.left()  # a body without a length also ends where the connection was shut down
    return body


def _location(answer: HTTPResponse) -> str:
    """Return where a redirect leads, as its server wrote it."""
    locations = answer.headers.get_all("Location", [])
    if len(locations) != 1 or not locations[0].strip():
        raise Rejected(Code.URL_REDIRECTS)
    try:
        # Headers are read as Latin-1; servers that write more than ASCII write UTF-8.
        return str(locations[0]).encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise Rejected(Code.URL_INVALID, reason="it redirects to an invalid address") from None
