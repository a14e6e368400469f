"""What a fetch may do, and for how long."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Final

__all__ = ["FetchRules", "parse_proxy"]

_PROXY: Final = re.compile(r"http://([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):([0-9]{1,5})/?")


def parse_proxy(text: str) -> tuple[str, int]:
    """Read a proxy's address: its host, without brackets, and its port.

    Parameters
    ----------
    text : str
        ``http://HOST:PORT``. No user name: it would stand in the environment for all to read.

    Raises
    ------
    ValueError
        In words for the user.
    """
    match = _PROXY.fullmatch(text)
    if not match or not 1 <= int(match[2]) <= 65_535:
        raise ValueError("it must look like http://proxy.example.org:3128, without a user name")
    return match[1].strip("[]").lower(), int(match[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRules:
    """What a fetch may do.

    Attributes
    ----------
    allow : tuple of networks
        Addresses that are not public and may be fetched from all the same: an administrator's
        decision for a hospital's own network, never a user's.
    proxy : str or None
        ``http://HOST:PORT`` of a proxy that everything goes through. Its own address is checked as
        a server's is; which addresses it connects to is then its own business, so it must filter.
    ca_bundle : Path or None
        PEM file of certificate authorities that are trusted beside the public ones.
    ports : tuple of int
        A picture server's, so that nobody scans ports through us.
    redirects : int
        Most redirects of one fetch: http to https, host, CDN.
    connect_seconds : float
        Longest wait for a connection, its handshake included.
    silence_seconds : float
        Longest wait for the next byte.
    total_seconds : float
        Longest time of one fetch over all redirects, name lookups and the body: 64 MiB at
        30 Mbit/s take 18 s. Waiting for other fetches of our own is not counted.
    at_once : int
        Most fetches under way; the others wait.
    """

    allow: tuple[IPv4Network | IPv6Network, ...] = ()
    proxy: str | None = None
    ca_bundle: Path | None = None
    ports: tuple[int, ...] = (80, 443, 8080, 8443)
    redirects: int = 3
    connect_seconds: float = 5.0
    silence_seconds: float = 5.0
    total_seconds: float = 20.0
    at_once: int = 4

    def __post_init__(self) -> None:
        if self.proxy is not None:
            parse_proxy(self.proxy)
        if self.at_once < 1 or self.redirects < 0:
            raise ValueError("at_once must be 1 or more, redirects 0 or more")
        if min(self.connect_seconds, self.silence_seconds, self.total_seconds) <= 0:
            raise ValueError("the seconds of a fetch must be more than 0")
