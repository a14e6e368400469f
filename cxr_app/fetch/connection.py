"""A connection to an address that was checked, and to no other."""

import io
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection
from queue import Empty, SimpleQueue
from typing import Any, Final

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.fetch.address import Address
from cxr_app.fetch.public_networks import IPAddress, IPNetwork, is_open
from cxr_app.fetch.rules import FetchRules

__all__ = [
    "Deadline",
    "Dialler",
    "Metered",
    "Resolver",
    "TooManyBytes",
    "checked",
    "connect",
    "dial",
    "look_up",
    "open_tunnel",
    "resolve",
    "secure",
]

FRAME_BYTES: Final = 128 * 1024  # of a header, and of the marks between the chunks of a body

# (host, port) -> addresses as text, or OSError where the name is not known.
Resolver = Callable[[str, int], Iterable[str]]
# (address, port, seconds) -> a connection; it must say of itself whom it reached (`getpeername`).
Dialler = Callable[[IPAddress, int, float], socket.socket]


class Deadline:
    """The end of a fetch, after which every wait fails."""

    def __init__(self, rules: FetchRules) -> None:
        self._rules = rules
        self._end = time.monotonic() + rules.total_seconds

    def left(self) -> float:
        """Count the seconds that are left.

        Raises
        ------
        Rejected
            `url_timeout` where none are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.timeout()
        return left

    def timeout(self, seconds: float | None = None) -> Rejected:
        """Say which limit was reached: this one, or a shorter wait in seconds."""
        is_over = seconds is None or time.monotonic() >= self._end
        shown = self._rules.total_seconds if is_over else seconds
        return Rejected(Code.URL_TIMEOUT, seconds=f"{shown:g}")

    @contextmanager
    def ends(self, connection: socket.socket) -> Iterator[None]:
        """Shut a connection down at the deadline, whatever waits for it then.

        A socket's own timeout begins again with each byte, so a server that sends one now and then
        is never too slow for it.
        """
        # Not the method of a TLS socket, which would take the keys from the thread that reads.
        timer = threading.Timer(self.left(), _shut_down, args=(connection,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


class TooManyBytes(Exception):
    """More came over a connection than a picture and its header may have."""


class Metered:
    """A connection as `http.client` uses it, whose bytes are counted as they come.

    A body has other ways to be endless than its content: the marks between chunks, and what
    follows the last one.
    """

    def __init__(self, connection: socket.socket, max_bytes: int) -> None:
        self._connection = connection
        self._most = max_bytes + FRAME_BYTES
        self.sendall = connection.sendall

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Open it for reading."""
        return io.BufferedReader(_Counted(self._connection, self._most))

    def close(self) -> None:
        """Leave the connection to its owner."""


class _Counted(io.RawIOBase):
    def __init__(self, connection: socket.socket, most: int) -> None:
        super().__init__()
        self._connection = connection
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        count = self._connection.recv_into(buffer)
        self._left -= count
        if self._left < 0:
            raise TooManyBytes
        return count


def _shut_down(connection: socket.socket) -> None:
    with suppress(OSError):  # closed already
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Ask the system for all addresses of a name."""
    # Bytes: Python would write a text in ASCII once more, by an older rule than ours.
    found = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    return tuple(str(sockaddr[0]) for *_, sockaddr in found)


def dial(address: IPAddress, port: int, seconds: float) -> socket.socket:
    """Connect to an address; no name is looked up."""
    return socket.create_connection((str(address), port), timeout=seconds)


def look_up(host: str, port: int, *, resolve: Resolver, deadline: Deadline) -> tuple[str, ...]:
    """Ask a resolver for no longer than the deadline allows.

    Raises
    ------
    Rejected
        `url_unreachable` or `url_timeout`.
    """
    answers: SimpleQueue[tuple[str, ...]] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(tuple(resolve(host, port)))
        except (OSError, ValueError):
            answers.put(())

    # The system's resolver cannot be stopped: a thread that comes too late ends unheard.
    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        found = answers.get(timeout=deadline.left())
    except Empty:
        raise deadline.timeout() from None
    if not found:
        raise Rejected(Code.URL_UNREACHABLE)
    return found


def checked(found: Iterable[str], allow: Sequence[IPNetwork]) -> tuple[IPAddress, ...]:
    """Read addresses, and refuse them all where one may not be fetched from.

    Raises
    ------
    Rejected
        `url_private_address`; `url_unreachable` for what is no address.
    """
    try:
        addresses = tuple(ipaddress.ip_address(text) for text in found)
    except ValueError:
        raise Rejected(Code.URL_UNREACHABLE) from None
    # Of a public and a private address together, whoever answers the name chooses the one we take.
    if not all(is_open(address, allow) for address in addresses):
        raise Rejected(Code.URL_PRIVATE_ADDRESS)
    return addresses


def connect(
    addresses: Sequence[IPAddress],
    port: int,
    *,
    dial: Dialler,
    rules: FetchRules,
    deadline: Deadline,
) -> socket.socket:
    """Connect to the first address of each family that answers.

    Returns
    -------
    socket
        Connected to one of the addresses.

    Raises
    ------
    Rejected
        `url_unreachable`, `url_timeout`; `url_private_address` where it reached another place.
    """
    # A network without a way to IPv6 has its IPv4 to fall back on, and nobody is asked twice.
    first = {address.version: address for address in reversed(addresses)}
    order = [address for address in addresses if first[address.version] is address]
    is_slow = False
    for address in order:
        try:
            wait = min(rules.connect_seconds / len(order), deadline.left())
            connection = dial(address, port, wait)
        except TimeoutError:
            is_slow = True
            continue
        except OSError:
            continue
        _check_peer(connection, address)
        return connection
    raise deadline.timeout(rules.connect_seconds) if is_slow else Rejected(Code.URL_UNREACHABLE)


def _check_peer(connection: socket.socket, address: IPAddress) -> None:
    """Compare whom a connection reached with whom it was meant for, before a byte is sent."""
    try:
        peer = ipaddress.ip_address(connection.getpeername()[0])
    except (OSError, ValueError):
        connection.close()
        raise Rejected(Code.URL_UNREACHABLE) from None
    if peer != address:
        connection.close()
        raise Rejected(Code.URL_PRIVATE_ADDRESS)


def open_tunnel(connection: socket.socket, address: Address) -> None:
    """Ask a proxy to connect to an address (RFC 9110, 9.3.6).

    Raises
    ------
    Rejected
        `url_unreachable` where it does not.
    """
    host = f"[{address.host}]" if ":" in address.host else address.host
    place = f"{host}:{address.port}"
    with closing(HTTPConnection(address.host)) as asking:
        asking.sock = connection.dup()  # the library closes its own after the answer
        asking.request("CONNECT", place, headers={"Host": place})
        if asking.getresponse().status != HTTPStatus.OK:
            raise Rejected(Code.URL_UNREACHABLE)


def secure(connection: socket.socket, address: Address, context: ssl.SSLContext) -> socket.socket:
    """Speak TLS on a connection, with the certificate of the address's own host.

    Raises
    ------
    Rejected
        `url_tls`.
    """
    try:
        return context.wrap_socket(connection, server_hostname=address.host)
    except ssl.SSLError:
        raise Rejected(Code.URL_TLS) from None
