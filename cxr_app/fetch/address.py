"""A typed address, taken apart once; nothing else ever reads the text again."""

import re
import socket
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final
from urllib.parse import quote, urljoin

import idna

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.fetch.public_addresses import IPAddress

__all__ = ["MAX_CHARACTERS", "Address", "follow", "parse"]

MAX_CHARACTERS: Final = 2048

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# RFC 3986, appendix B, held to the two schemes and to an authority.
_PARTS: Final = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.IGNORECASE)
# No "%" within the brackets: it names a network card of this machine.
_HOST_PORT: Final = re.compile(r"(\[[^\]%]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?")
# RFC 952 and 1123, and the underscore, which some picture servers have in their names.
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_ASCII_NAME: Final = re.compile(rf"(?!.{{254}}){_LABEL}(?:\.{_LABEL})*")
_NUMBER: Final = re.compile(r"0x[0-9a-f]+|[0-9]+")
_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_KEPT: Final = "%/:@!$&'()*+,;=-._~?[]"  # what may stand in path and query as it is

# RFC 6761 and 6762, and what clouds and home routers use inside: no public host has such a name.
_INSIDE: Final = ("localhost", "local", "internal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a picture lies.

    Attributes
    ----------
    scheme : str
        ``http`` or ``https``.
    host : str
        Name in ASCII and lower case, or an IP address in its usual form, without brackets.
    ip : IPv4Address, IPv6Address or None
        The host where it was given as a number, in whatever spelling.
    port : int
    target : str
        Path and query, in ASCII.
    """

    scheme: str
    host: str
    ip: IPAddress | None
    port: int
    target: str

    @property
    def netloc(self) -> str:
        """Host and port as a request names them."""
        host = f"[{self.host}]" if isinstance(self.ip, IPv6Address) else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address in its plain form."""
        return f"{self.scheme}://{self.netloc}{self.target}"


def parse(text: str, *, ports: Sequence[int]) -> Address:
    """Take a typed address apart.

    Parameters
    ----------
    text : str
        As typed.
    ports : sequence of int
        Those that may be asked for.

    Raises
    ------
    Rejected
        `url_scheme`, `url_invalid`, or `url_private_address` for names that are never public.
    """
    if not re.match("https?:", text, re.IGNORECASE):
        if re.match("[a-z][a-z0-9+-]*:(?![0-9])", text, re.IGNORECASE):  # which host:80 does not
            raise _wrong_scheme("it starts with neither https:// nor http://")
        raise _wrong_scheme("https:// is missing at its start")
    if len(text) > MAX_CHARACTERS:
        raise _invalid(f"it is longer than {MAX_CHARACTERS:,} characters")
    # Two readers of an address differ most often over these.
    if not text.isprintable() or " " in text or "\\" in text:
        raise _invalid("it contains a space, an invisible character or a backslash")
    parts = _PARTS.fullmatch(text)
    if not parts:
        raise _invalid("it has no host name")
    scheme, authority, path, query = parts[1].lower(), parts[2], parts[3], parts[4] or ""
    if "@" in authority:
        raise _invalid("it contains a user name or an @ sign before the host name")
    host_port = _HOST_PORT.fullmatch(authority)
    if not host_port:
        raise _invalid("its host name or port is not valid")
    if not host_port[1]:
        raise _invalid("it has no host name")
    port = int(host_port[2] or _DEFAULT_PORTS[scheme])
    if port not in ports:
        raise _invalid(f"only ports {', '.join(map(str, ports))} are allowed")
    host, ip = _read_host(host_port[1])
    return Address(scheme=scheme, host=host, ip=ip, port=port, target=_escaped(path or "/", query))


def follow(address: Address, location: str, *, ports: Sequence[int]) -> Address:
    """Find where a redirect leads, as strictly as `parse`.

    Raises
    ------
    Rejected
        As `parse`; `url_scheme` also where https leads to http.
    """
    # `urljoin` drops some of these in silence, so they are refused before it reads the text.
    if len(location) > MAX_CHARACTERS or not location.isprintable() or " " in location:
        raise _invalid("it redirects to an address that is not valid")
    try:
        joined = urljoin(address.url, location)
    except ValueError:
        raise _invalid("it redirects to an address that is not valid") from None
    target = parse(joined, ports=ports)
    if (address.scheme, target.scheme) == ("https", "http"):
        raise _wrong_scheme("it redirects from https:// to http://, which is not encrypted")
    return target


def _read_host(text: str) -> tuple[str, IPAddress | None]:
    """Return the host's name in ASCII, and its number where it is one."""
    try:
        if text.startswith("["):
            ip6 = IPv6Address(text[1:-1])
            return str(ip6), ip6
        name = _read_name(text)
        *_, last = name.split(".")
        # What ends in a number is a number to every resolver: 127.1, 2130706433, 0x7f000001.
        if _NUMBER.fullmatch(last):
            ip4 = IPv4Address(socket.inet_aton(name))
            return str(ip4), ip4
    except (AddressValueError, OSError, idna.IDNAError):
        raise _invalid("its host name is not valid") from None
    if last in _INSIDE:
        raise Rejected(Code.URL_PRIVATE_ADDRESS)
    return name, None


def _read_name(text: str) -> str:
    """Write a name in ASCII by IDNA 2008, without the dot that may end it."""
    name = unicodedata.normalize("NFC", text.lower()).removesuffix(".")
    if _ASCII_NAME.fullmatch(name) and "xn--" not in name:
        return name
    return idna.encode(name).decode("ascii")


def _escaped(path: str, query: str) -> str:
    """Write path and query in ASCII; what is escaped already stays so."""
    return quote(_ESCAPE.sub("%25", path + query), safe=_KEPT)


def _invalid(reason: str) -> Rejected:
    return Rejected(Code.URL_INVALID, reason=reason)


def _wrong_scheme(reason: str) -> Rejected:
    return Rejected(Code.URL_SCHEME, reason=reason)
