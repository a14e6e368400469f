"""Class `Fetcher`: the one safe way to a picture at an address that a user typed."""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from http import HTTPStatus
from typing import Final

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.fetch.adapter import Hop, asked
from cxr_app.fetch.address import Address, follow, parse
from cxr_app.fetch.body import check_picture, read_body
from cxr_app.fetch.clocks import Clocks
from cxr_app.fetch.dial import Dialler, Resolver, checked, connect, dial, look_up, resolve
from cxr_app.fetch.public import IPAddress
from cxr_app.fetch.rules import FetchRules, parse_proxy
from cxr_app.fetch.turns import Turns
from cxr_app.limits import Limits

__all__ = ["FetchRules", "Fetcher"]

_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))


class Fetcher:
    """Fetches pictures. May be used from several threads at once.

    Every hop, the first and each redirect, goes the same way: the address is taken apart once,
    its host looked up once, every answer must be a public address, and the connection goes to
    the address that was checked. Nothing of one fetch is left for the next.

    Parameters
    ----------
    rules : FetchRules
        What may be done, and for how long.
    resolve : callable (host: str, port: int) -> iterable of str
        Looks a name up.
    dial : callable (address: IPv4Address or IPv6Address, port: int, seconds: float) -> socket
        Connects to an address.
    clock : callable () -> float
        Seconds that never run backwards.
    """

    def __init__(
        self,
        rules: FetchRules,
        *,
        resolve: Resolver = resolve,
        dial: Dialler = dial,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules
        self._resolve = resolve
        self._dial = dial
        self._clock = clock
        self._proxy = parse_proxy(rules.proxy) if rules.proxy is not None else None
        self._turns = Turns(at_once=rules.at_once, per_host=rules.per_host)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Which certificates are good: those of public authorities and of the one in the rules.

        Made here, because the libraries' own contexts write the keys of a connection into a file
        that the environment names; and once, because the public list takes 20 ms to read.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies certificate and host name
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
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
        clocks = Clocks(self._rules, self._clock)
        for _ in range(self._rules.redirects + 1):
            with (
                self._turns.turn(address.host, clocks),
                self._asked(address, clocks, limits) as answer,
            ):
                if answer.status_code not in _REDIRECTS:
                    return check_picture(_picture(answer, limits))
                address = follow(address, _location(answer), ports=self._rules.ports)
        raise Rejected(Code.URL_REDIRECTS)

    @contextmanager
    def _asked(
        self, address: Address, clocks: Clocks, limits: Limits
    ) -> Iterator[requests.Response]:
        addresses, port = self._checked(address, clocks)
        hop = Hop(
            address=address,
            connect=partial(connect, addresses, port, dial=self._dial, clocks=clocks),
            is_proxied=self._proxy is not None,
            context=self._context if address.scheme == "https" else None,
            clocks=clocks,
            max_bytes=limits.max_bytes,
        )
        rules = self._rules
        with asked(hop, seconds=(rules.connect_seconds, rules.silence_seconds)) as answer:
            yield answer

    def _checked(self, address: Address, clocks: Clocks) -> tuple[tuple[IPAddress, ...], int]:
        """Return the addresses to connect to, all of them checked, and the port."""
        # A number needs no resolver, so it is checked also where a proxy would go there.
        given = checked([address.host], self._rules.allow) if address.ip is not None else ()
        if self._proxy is not None:
            return self._look_up(self._proxy.host, self._proxy.port, clocks), self._proxy.port
        return given or self._look_up(address.host, address.port, clocks), address.port

    def _look_up(self, host: str, port: int, clocks: Clocks) -> tuple[IPAddress, ...]:
        found = look_up(host, port, resolve=self._resolve, clocks=clocks)
        return checked(found, self._rules.allow)


def _picture(answer: requests.Response, limits: Limits) -> bytes:
    if answer.status_code != HTTPStatus.OK:
        raise Rejected(Code.URL_STATUS, status=answer.status_code)
    return read_body(answer, limits.max_bytes)


def _location(answer: requests.Response) -> str:
    """Return where a redirect leads, as its server wrote it."""
    locations = answer.raw.headers.getlist("Location")
    if len(locations) != 1 or not locations[0].strip():
        raise Rejected(Code.URL_REDIRECTS)
    try:
        # Headers are read as Latin-1; servers that write more than ASCII write UTF-8.
        return str(locations[0]).encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise Rejected(
            Code.URL_INVALID, reason="it forwards to an address that is not valid"
        ) from None
