"""Class `Fetcher`: the one safe way to a picture at an address that a user typed."""

import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPException
from typing import Final

import certifi
from urllib3 import exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.fetch.address import Address, follow, parse
from cxr_app.fetch.body import check_picture, read_body
from cxr_app.fetch.deadline import Deadline, timeout
from cxr_app.fetch.public_addresses import IPAddress, is_open
from cxr_app.fetch.resolver import Resolver, look_up, system_resolver
from cxr_app.fetch.rules import FetchRules, parse_proxy
from cxr_app.limits import Limits

__all__ = ["FetchRules", "Fetcher", "Route", "direct"]

# (checked address, port) -> the host and port to connect to.
Route = Callable[[IPAddress, int], tuple[str, int]]

# urllib3 logs the address with its query, and what the server sent, where a header is malformed.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)

_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_HEADERS: Final = {
    "User-Agent": "cxr-demo",
    "Accept": "image/jpeg, image/png, image/webp, image/tiff, image/bmp",
    # Pictures are compressed already; a second layer only hides how large they are.
    "Accept-Encoding": "identity",
    "Connection": "close",
}


def direct(address: IPAddress, port: int) -> tuple[str, int]:
    """Go where the address says."""
    return str(address), port


class Fetcher:
    """Fetches pictures. May be used from several threads at once.

    Every hop, the first and each redirect, goes the same way: the address is taken apart once,
    its host looked up once, every answer must be a public address, and the connection goes to
    the address that was checked: urllib3 gets the number and looks no name up. Nothing of one
    fetch is kept for the next.

    Parameters
    ----------
    rules : FetchRules
        What may be done, and for how long.
    resolve : callable (host: str, port: int) -> iterable of str
        Looks a name up.
    route : callable (address: IPv4Address or IPv6Address, port: int) -> (str, int)
        Where to connect to for a checked address; elsewhere only for a test with its own server.
    """

    def __init__(
        self, rules: FetchRules, *, resolve: Resolver = system_resolver, route: Route = direct
    ) -> None:
        self._rules = rules
        self._resolve = resolve
        self._route = route
        self._proxy = parse_proxy(rules.proxy) if rules.proxy is not None else None
        self._places = threading.BoundedSemaphore(rules.at_once)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Which certificates are good: those of public authorities and of the one in the rules.

        Made here, because the libraries' own contexts write the keys of a connection into a file
        that the environment names; and once, because the public list takes 20 ms to read.
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
        with self._places:
            deadline = Deadline(self._rules.total_seconds)
            for _ in range(self._rules.redirects + 1):
                with self._ask(address, deadline) as response:
                    if response.status not in _REDIRECTS:
                        return check_picture(_picture(response, limits))
                    address = follow(address, _location(response), ports=self._rules.ports)
        raise Rejected(Code.URL_REDIRECTS)

    @contextmanager
    def _ask(self, address: Address, deadline: Deadline) -> Iterator[HTTPResponse]:
        """Ask for one address; of the response the header is read and the body is not."""
        is_forwarded = self._proxy is not None and address.scheme == "http"
        with _errors(self._rules.connect_seconds):
            connection = self._connect(address, deadline)
        opened = connection.sock  # which the connection forgets once the header is read
        with (
            closing(connection),
            deadline.watch(lambda: opened),
            _errors(self._rules.silence_seconds),
        ):
            connection.timeout = self._rules.silence_seconds
            connection.request(
                "GET",
                address.url if is_forwarded else address.target,
                headers={"Host": address.netloc, **_HEADERS},
                preload_content=False,
            )
            with closing(connection.getresponse()) as response:
                yield response

    def _connect(self, address: Address, deadline: Deadline) -> HTTPConnection:
        """Connect to one of the checked addresses, the first of its family."""
        ips, port = self._checked(address, deadline)
        # A network without a way to IPv6 can fall back on IPv4; no more than two are tried.
        first = {ip.version: ip for ip in reversed(ips)}
        *others, last = (ip for ip in ips if first[ip.version] is ip)
        seconds = self._rules.connect_seconds / (len(others) + 1)
        for ip in others:
            with suppress(exceptions.ConnectTimeoutError):  # a refusal is one of them
                return self._open(address, self._route(ip, port), seconds, deadline)
        return self._open(address, self._route(last, port), seconds, deadline)

    def _open(
        self, address: Address, place: tuple[str, int], seconds: float, deadline: Deadline
    ) -> HTTPConnection:
        host, port = place
        seconds = min(seconds, deadline.left())
        connection = HTTPConnection(host, port, timeout=seconds)
        if address.scheme == "https":
            connection = HTTPSConnection(
                host,
                port,
                timeout=seconds,
                server_hostname=address.host,  # for the greeting and for the certificate
                ssl_context=self._context,
            )
            if self._proxy is not None:
                connection.set_tunnel(address.host, address.port)
        try:
            with deadline.watch(lambda: connection.sock):
                connection.connect()
        except BaseException:
            connection.close()
            raise
        return connection

    def _checked(self, address: Address, deadline: Deadline) -> tuple[tuple[IPAddress, ...], int]:
        """Return the addresses to connect to, the host's or the proxy's, and the port."""
        host, port = self._proxy or (address.host, address.port)
        if address.ip is not None:
            self._check(address.ip)  # also where a proxy would go there
        if address.ip is not None and self._proxy is None:
            return (address.ip,), port
        ips = look_up(host, port, resolve=self._resolve, deadline=deadline)
        self._check(*ips)
        return ips, port

    def _check(self, *ips: IPAddress) -> None:
        # Of a public and a private address together, the name server chooses the one we get.
        if not all(is_open(ip, self._rules.allow) for ip in ips):
            raise Rejected(Code.URL_PRIVATE_ADDRESS)


def _picture(response: HTTPResponse, limits: Limits) -> bytes:
    if response.status != HTTPStatus.OK:
        raise Rejected(Code.URL_STATUS, status=response.status)
    return read_body(response, limits.max_bytes)


def _location(response: HTTPResponse) -> str:
    """Return where a redirect leads, as its server wrote it."""
    locations = response.headers.getlist("Location")
    if len(locations) != 1 or not locations[0].strip():
        raise Rejected(Code.URL_REDIRECTS)
    try:
        # Headers are read as Latin-1; servers that write more than ASCII write UTF-8.
        return locations[0].encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise Rejected(
            Code.URL_INVALID, reason="it redirects to an address that is not valid"
        ) from None


@contextmanager
def _errors(seconds: float) -> Iterator[None]:
    """Turn the libraries' errors into codes; their texts hold the address."""
    try:
        yield
    except exceptions.NewConnectionError:  # which is a TimeoutError of theirs
        raise Rejected(Code.URL_UNREACHABLE) from None
    except (TimeoutError, exceptions.TimeoutError):
        raise timeout(seconds) from None
    except (ssl.SSLError, exceptions.SSLError):
        raise Rejected(Code.URL_TLS) from None
    except exceptions.DecodeError:
        raise Rejected(Code.URL_NOT_IMAGE) from None
    except (OSError, exceptions.HTTPError, HTTPException):
        raise Rejected(Code.URL_UNREACHABLE) from None
