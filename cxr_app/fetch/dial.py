"""From a host's name to a connection with an address that was checked."""

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.fetch.clocks import Clocks
from cxr_app.fetch.public import IPAddress, IPNetwork, is_open

__all__ = ["Dialler", "Resolver", "checked", "connect", "dial", "look_up", "resolve"]

# (host, port) -> addresses as text, or OSError where the name is not known.
Resolver = Callable[[str, int], Iterable[str]]
# (address, port, seconds) -> a connection; it must say of itself whom it reached (`getpeername`).
Dialler = Callable[[IPAddress, int, float], socket.socket]


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Ask the system for all addresses of a name."""
    # Bytes: Python would write a text in ASCII once more, by an older rule than ours.
    found = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    return tuple(str(sockaddr[0]) for *_, sockaddr in found)


def dial(address: IPAddress, port: int, seconds: float) -> socket.socket:
    """Connect to an address; no name is looked up."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((str(address), port))
    except BaseException:
        connection.close()
        raise
    return connection


def look_up(host: str, port: int, *, resolve: Resolver, clocks: Clocks) -> tuple[str, ...]:
    """Ask a resolver for no longer than the clocks allow.

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
        found = answers.get(timeout=clocks.total())
    except Empty:
        raise clocks.ran_out() from None
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
    addresses: Sequence[IPAddress], port: int, *, dial: Dialler, clocks: Clocks
) -> socket.socket:
    """Connect to the first address of each family that answers.

    Returns
    -------
    socket
        Connected to one of the addresses, with what is left of the time as its timeout.

    Raises
    ------
    Rejected
        `url_unreachable`, `url_timeout`; `url_private_address` where it reached another place.
    """
    began = clocks.now()
    # A network without a way to IPv6 has its IPv4 to fall back on, and nobody is knocked at twice.
    tries = {address.version: address for address in reversed(addresses)}
    order = [address for address in addresses if tries[address.version] is address]
    slow = False
    for place, address in enumerate(order):
        share = clocks.connection(since=began) / (len(order) - place)
        try:
            connection = dial(address, port, share)
        except TimeoutError:
            slow = True
            continue
        except OSError:
            continue
        _check_peer(connection, address)
        connection.settimeout(clocks.connection(since=began))
        return connection
    raise clocks.ran_out(connecting=True) if slow else Rejected(Code.URL_UNREACHABLE)


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
