"""From a host's name to its addresses."""

import socket
import threading
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from queue import Empty, SimpleQueue

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.fetch.deadline import Deadline
from cxr_app.fetch.public_addresses import IPAddress

__all__ = ["Resolver", "look_up", "system_resolver"]

# (host, port) -> addresses as text, or OSError where the name is not known.
Resolver = Callable[[str, int], Iterable[str]]


def system_resolver(host: str, port: int) -> tuple[str, ...]:
    """Ask the system for all addresses of a name."""
    # Bytes: Python would encode a str again, by the older IDNA 2003.
    found = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    return tuple(str(sockaddr[0]) for *_, sockaddr in found)


def look_up(
    host: str, port: int, *, resolve: Resolver, deadline: Deadline
) -> tuple[IPAddress, ...]:
    """Ask a resolver for all addresses of a name, and wait no longer than the deadline.

    Raises
    ------
    Rejected
        `url_unreachable` or `url_timeout`.
    """
    answers: SimpleQueue[tuple[IPAddress, ...]] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(tuple(map(ip_address, resolve(host, port))))
        except (OSError, ValueError):
            answers.put(())

    # The system's resolver cannot be interrupted; a thread that comes too late is not heard.
    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        found = answers.get(timeout=deadline.left())
    except Empty:
        raise deadline.passed() from None
    if not found:
        raise Rejected(Code.URL_UNREACHABLE)
    return found
