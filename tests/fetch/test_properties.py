"""No connection to an address that is not public, ever, and no end but a picture or a code.

Hypothesis makes addresses, resolvers' answers and servers' bytes; what is public is written here a
second time, from the registries of IANA and by hand.
"""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.fetch.client import Fetcher, FetchRules
from cxr_app.fetch.public_addresses import IPAddress, is_public
from cxr_app.limits import Limits
from tests.fetch.servers import PNG, Server, chunked, fetcher, reply

# IANA IPv4 Special-Purpose Address Registry, and the multicast and reserved blocks above 223.
SPECIAL_4 = [
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "168.63.129.16/32",
    )
]  # fmt: skip
# What is left of 2000::/3 after the special blocks of the IPv6 registry.
SPECIAL_6 = [ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
GLOBAL_6 = ip_network("2000::/3")


def is_surely_public(address: IPAddress) -> bool:
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.version == 4:
        return not any(address in network for network in SPECIAL_4)
    return address in GLOBAL_6 and not any(address in network for network in SPECIAL_6)


def within(network: str) -> st.SearchStrategy[IPAddress]:
    room = ip_network(network)
    return st.integers(0, room.num_addresses - 1).map(lambda place: room[place])


PRIVATE_4 = st.sampled_from([str(network) for network in SPECIAL_4]).flatmap(within)
ANY_4 = st.integers(0, 2**32 - 1).map(IPv4Address)
CARRIERS = st.sampled_from([0, 0xFFFF << 32, 0xFFFF << 48, 0x64FF9B << 96, 0x2002 << 112])
ANY_6 = st.one_of(
    st.integers(0, 2**128 - 1).map(IPv6Address),
    within("2000::/3"),
    *[within(str(network)) for network in SPECIAL_6],
    st.tuples(CARRIERS, PRIVATE_4).map(lambda pair: IPv6Address(pair[0] | int(pair[1]))),
)
ANY_ADDRESS = st.one_of(ANY_4, PRIVATE_4, ANY_6)


@given(ANY_ADDRESS)
def test_public_is_what_the_registries_leave(address: IPAddress):
    if is_public(address):
        assert is_surely_public(address)
    elif is_surely_public(address):
        assert not address.is_global  # stricter only where Python's own table is


def spellings(address: IPv4Address) -> st.SearchStrategy[str]:
    """Write an address in the ways that resolvers read."""
    number, parts = int(address), [int(part) for part in str(address).split(".")]
    forms = [str, lambda n: f"0x{n:x}", lambda n: f"0X{n:08X}", lambda n: f"0{n:o}"]

    def write(form: list[Callable[[int], str]], shape: int) -> str:
        numbers = [
            [number],
            [parts[0], number & 0xFFFFFF],
            [parts[0], parts[1], number & 0xFFFF],
            parts,
        ][shape]
        return ".".join(make(n) for make, n in zip(form, numbers, strict=False))

    dotted = st.builds(
        write, st.lists(st.sampled_from(forms), min_size=4, max_size=4), st.integers(0, 3)
    )
    carried = st.sampled_from(
        [
            f"[::ffff:{address}]",
            f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]",
            f"[::{address}]",
            f"[64:ff9b::{address}]",
            f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::]",
            f"[0:0:0:0:0:FFFF:{address}]",
        ]
    )
    return st.one_of(dotted, dotted.map(lambda text: text + "."), carried)


class Spy:
    """A route that leads nowhere and remembers where it was to."""

    def __init__(self) -> None:
        self.dialled: list[IPAddress] = []

    def __call__(self, address: IPAddress, port: int) -> tuple[str, int]:
        self.dialled.append(address)
        raise ConnectionRefusedError


@given(PRIVATE_4.flatmap(spellings))
def test_f37_no_spelling_of_a_private_address_is_dialled(host: str):
    spy = Spy()

    with pytest.raises(Rejected) as caught:
        Fetcher(FetchRules(), route=spy).fetch(f"http://{host}:8080/x.png", Limits())

    assert caught.value.code is Code.URL_PRIVATE_ADDRESS
    assert spy.dialled == []


def urls() -> st.SearchStrategy[str]:
    """Make addresses, most of them a little wrong."""
    text = st.text(max_size=8)
    host = st.one_of(
        st.sampled_from(
            ["films.example.org", "localhost", "a.local", "127.1", "[::1]", "xn--a", ""]
        ),
        ANY_4.flatmap(spellings),
        ANY_6.map(lambda address: f"[{address}]"),
        text,
    )
    return st.builds(
        "".join,
        st.tuples(
            st.sampled_from(["http", "https", "HTTP", "ftp", ""]),
            st.sampled_from(["://", ":", ":///", r":\\", "://u:p@", r"://a.test\@"]),
            host,
            st.sampled_from(["", ":80", ":8443", ":22", ":", ":x", ":80@", "#@", "?@"]),
            st.sampled_from(["", "/", "/x.png", "/../x", "//y", "@films.example.org"]),
            text,
        ),
    )


@settings(max_examples=200)
@given(urls(), st.lists(st.one_of(ANY_ADDRESS.map(str), st.text(max_size=6)), max_size=3))
def test_only_public_addresses_are_dialled_whatever_the_url_and_the_resolver(
    url: str, answers: list[str]
):
    spy = Spy()
    found = Fetcher(FetchRules(), resolve=lambda host, port: answers, route=spy)

    with pytest.raises(Rejected) as caught:
        found.fetch(url, Limits())

    assert caught.value.code.startswith("url_")
    assert all(is_surely_public(address) for address in spy.dialled)


@given(st.lists(ANY_ADDRESS, min_size=1, max_size=4))
def test_f38_a_name_is_dialled_only_where_all_its_addresses_are_public(answers: list[IPAddress]):
    spy = Spy()
    found = Fetcher(FetchRules(), resolve=lambda host, port: map(str, answers), route=spy)

    with pytest.raises(Rejected):
        found.fetch("http://films.example.org/", Limits())

    assert spy.dialled == [] or all(is_surely_public(address) for address in answers)


@pytest.fixture
def scripted(serve) -> tuple[Server, Fetcher]:
    server = serve(b"")
    return server, fetcher(server, silence_seconds=2, total_seconds=5)


PIECES = st.sampled_from(
    [
        reply(), reply(length=None), reply(chunked(PNG), "Transfer-Encoding: chunked", length=None),
        b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 Found\r\n", b"HTTP/9", b"\r\n", b"\r\n\r\n", b":",
        b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"Content-Encoding: gzip\r\n",
        b"Transfer-Encoding: chunked\r\n", b"Location: /x\r\n", b"Location: http://127.0.0.1/\r\n",
        b"Content-Type: multipart/mixed; boundary=a\r\n", b"Content-Type: message/rfc822\r\n",
        b"-1\r\n", b"5\r\n", b"0\r\n", b"ffffffffffffffffff\r\n", b"\x1f\x8b\x08\0", PNG[:40],
    ]
)  # fmt: skip


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(PIECES | st.binary(max_size=20), max_size=6).map(b"".join))
def test_any_answer_ends_in_bytes_or_a_code(scripted: tuple[Server, Fetcher], answer: bytes):
    server, found = scripted
    server.script[:] = [answer]
    code = None

    try:
        found.fetch("http://films.example.org/film.png", Limits())
    except Rejected as error:
        code = error.code

    assert code is None or code is Code.EMPTY or code.startswith("url_")
    assert {address for address, _ in server.dialled} <= {"93.184.215.14"}
