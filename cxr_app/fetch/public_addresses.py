"""Which addresses on the network may be fetched from."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

__all__ = ["IPAddress", "IPNetwork", "is_open", "is_public"]

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

# Python 3.11.7 calls these global, or called them so in an earlier release.
_NOT_PUBLIC_4: Final = (
    IPv4Network("192.0.0.0/24"),  # RFC 6890: protocol assignments
    IPv4Network("192.88.99.0/24"),  # RFC 7526: relays from IPv6 into IPv4, deprecated
    IPv4Network("168.63.129.16/32"),  # a cloud's own agent, reached from inside its machines
)
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")  # RFC 4291, section 2.4: all that is given out
_NOT_PUBLIC_6: Final = (
    IPv6Network("2001::/23"),  # RFC 2928: special uses, Teredo among them, which carries IPv4
    IPv6Network("2001:db8::/32"),  # RFC 3849: for manuals
    IPv6Network("2002::/16"),  # RFC 3056: carries an IPv4 address, which may be a private one
    IPv6Network("3fff::/20"),  # RFC 9637: for manuals
)
# No administrator means these when a network around them is allowed: they hand out the
# credentials of the machine itself to whoever asks from inside.
_NEVER: Final = (
    IPv4Network("169.254.0.0/16"),
    IPv4Network("168.63.129.16/32"),
    IPv6Network("fe80::/10"),
    IPv6Network("fd00:ec2::254/128"),
)


def is_open(address: IPAddress, allow: Sequence[IPNetwork] = ()) -> bool:
    """Tell whether an address may be fetched from: it is public, or an administrator allows it."""
    plain = _unwrapped(address)
    if _lies_in(plain, _NEVER):
        return False
    return is_public(plain) or _lies_in(plain, allow)


def is_public(address: IPAddress) -> bool:
    """Tell whether an address belongs to the public network.

    More is refused than `ipaddress.is_global` refuses: forms of IPv6 that carry an IPv4 address
    lead to places that their own range does not show.
    """
    plain = _unwrapped(address)
    if not plain.is_global or plain.is_multicast or plain.is_reserved:
        return False
    if isinstance(plain, IPv4Address):
        return not _lies_in(plain, _NOT_PUBLIC_4)
    return plain in _GLOBAL_UNICAST and not _lies_in(plain, _NOT_PUBLIC_6)


def _unwrapped(address: IPAddress) -> IPAddress:
    """Take an IPv4 address out of its IPv6 form ::ffff:a.b.c.d, which connects to it."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def _lies_in(address: IPAddress, networks: Sequence[IPNetwork]) -> bool:
    return any(address in network for network in networks)
