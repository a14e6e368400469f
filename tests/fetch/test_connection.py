"""A name is asked once, all its addresses are checked, and one of them is dialled."""

import socket
import threading
import time
from ipaddress import ip_address

import pytest

from cxr_app.codes import Code
from cxr_app.fetch.client import Fetcher, FetchRules
from cxr_app.fetch.connection import dial, resolve
from cxr_app.limits import Limits
from tests.fetch.servers import (
    PNG,
    PUBLIC,
    PUBLIC_6,
    Names,
    code_of,
    error_of,
    fetcher,
    forward,
    reply,
)

URL = "http://films.example.org/film.png"
HOST = "films.example.org"


@pytest.mark.parametrize(
    "addresses",
    [
        pytest.param(["10.0.0.1"], id="F38 private"),
        pytest.param([PUBLIC, "10.0.0.1"], id="F38 public, then private"),
        pytest.param(["127.0.0.1", PUBLIC], id="F38 private, then public"),
        pytest.param([PUBLIC, "::1"], id="F38 public, and private in IPv6"),
        pytest.param([PUBLIC, "fe80::1%eth0"], id="F38 public, and of this link"),
        pytest.param(["::ffff:169.254.169.254"], id="F38 private within IPv6"),
        pytest.param([*[f"93.184.215.{n}" for n in range(199)], "0.0.0.0"], id="F38 200 addresses"),
    ],
)
def test_a_name_with_one_private_address_is_refused(serve, addresses: list[str]):
    server = serve(reply())

    found = code_of(fetcher(server, Names({HOST: addresses})), URL)

    assert found is Code.URL_PRIVATE_ADDRESS
    assert server.dialled == []


def test_f38_a_second_answer_that_differs_is_never_asked_for(serve):
    server = serve(reply())
    names = Names({HOST: iter([[PUBLIC], ["127.0.0.1"]])})

    assert fetcher(server, names).fetch(URL, Limits()) == PNG

    assert names.asked == [HOST]
    assert server.dialled == [(PUBLIC, 80)]


def test_f38_each_hop_asks_anew(serve):
    server = serve(forward("/again"), reply())
    names = Names({HOST: iter([[PUBLIC], ["127.0.0.1"]])})

    assert code_of(fetcher(server, names), URL) is Code.URL_PRIVATE_ADDRESS
    assert server.dialled == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "addresses",
    [pytest.param([], id="F38 unknown name"), pytest.param(["what?"], id="F38 no address")],
)
def test_a_name_that_leads_nowhere_is_unreachable(serve, addresses: list[str]):
    assert code_of(fetcher(serve(reply()), Names({HOST: addresses})), URL) is Code.URL_UNREACHABLE


def test_f38_a_slow_resolver_is_not_waited_for(serve):
    over = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        over.wait(10)
        return [PUBLIC]

    found = Fetcher(FetchRules(total_seconds=0.1), resolve=slow, dial=serve(reply()).dial)
    began = time.monotonic()
    error = error_of(found, URL)
    seconds = time.monotonic() - began
    over.set()

    assert seconds < 5
    assert (error.code, error.figures) == (Code.URL_TIMEOUT, {"seconds": "0.1"})


def test_f38_two_hundred_public_addresses_are_not_all_knocked_at():
    knocked: list[str] = []

    def refuse(address: object, port: int, seconds: float) -> socket.socket:
        knocked.append(str(address))
        raise ConnectionRefusedError

    many = [*[f"93.184.215.{n}" for n in range(100)], *[f"2606:4700::{n:x}" for n in range(1, 101)]]
    found = Fetcher(FetchRules(), resolve=Names({HOST: many}), dial=refuse)

    assert code_of(found, URL) is Code.URL_UNREACHABLE
    assert knocked == ["93.184.215.0", "2606:4700::1"]  # the first of each family


def test_a_host_without_a_way_to_ipv6_is_reached_over_ipv4(serve):
    server = serve(reply())

    def dial_4(address: object, port: int, seconds: float) -> socket.socket:
        if ":" in str(address):
            raise OSError("no route")
        return server.dial(address, port, seconds)  # type: ignore[arg-type]

    names = Names({HOST: [PUBLIC_6, PUBLIC]})

    assert Fetcher(FetchRules(), resolve=names, dial=dial_4).fetch(URL, Limits()) == PNG


def test_a_connection_that_takes_too_long_leaves_time_for_the_other_family():
    shares: list[float] = []

    def silent(address: object, port: int, seconds: float) -> socket.socket:
        shares.append(seconds)
        raise TimeoutError

    names = Names({HOST: [PUBLIC_6, PUBLIC]})
    error = error_of(Fetcher(FetchRules(), resolve=names, dial=silent), URL)

    assert shares == [2.5, 2.5]
    assert (error.code, error.figures) == (Code.URL_TIMEOUT, {"seconds": "5"})


def test_a_connection_gets_no_more_than_is_left_of_the_total():
    shares: list[float] = []

    def silent(address: object, port: int, seconds: float) -> socket.socket:
        shares.append(seconds)
        raise TimeoutError

    rules = FetchRules(connect_seconds=5, total_seconds=1)
    error_of(Fetcher(rules, resolve=Names(), dial=silent), URL)

    assert shares == [pytest.approx(1.0, abs=0.1)]


def test_a_connection_that_reached_another_place_is_closed_before_a_byte_is_sent(serve):
    server = serve(reply())

    def astray(address: object, port: int, seconds: float) -> socket.socket:
        connection = server.dial(address, port, seconds)  # type: ignore[arg-type]
        connection.peer = ("127.0.0.1", port)
        return connection

    assert code_of(Fetcher(FetchRules(), resolve=Names(), dial=astray), URL) is (
        Code.URL_PRIVATE_ADDRESS
    )
    assert server.requests in ([], [b""])
    assert server.connections[0].fileno() == -1  # closed


def test_a_connection_that_is_gone_already_is_unreachable(serve):
    server = serve(reply())

    def gone(address: object, port: int, seconds: float) -> socket.socket:
        return socket.socket()  # never connected: it has no peer

    assert code_of(Fetcher(FetchRules(), resolve=Names(), dial=gone), URL) is Code.URL_UNREACHABLE
    assert server.requests == []


def test_the_systems_resolver_answers_with_addresses():
    assert resolve("127.0.0.1", 80) == ("127.0.0.1",)
    assert resolve("::1", 80) == ("::1",)


def test_the_systems_dialler_connects_to_an_address():
    here = ip_address("127.0.0.1")

    with (
        socket.create_server((str(here), 0)) as listener,
        dial(here, listener.getsockname()[1], 5.0) as connection,
    ):
        assert connection.getpeername() == listener.getsockname()


def test_the_systems_dialler_leaves_nothing_open_where_it_fails():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(OSError, match="refused"):  # and no warning of an open socket
        dial(ip_address("127.0.0.1"), port, 5.0)


class TestProxy:
    """A proxy is the only place that is connected to; it has to be checked, and to check."""

    def test_it_is_asked_for_the_whole_address(self, serve):
        server = serve(reply())
        names = Names()

        data = fetcher(server, names, proxy="http://proxy.example:3128").fetch(URL, Limits())

        assert data == PNG
        assert names.asked == ["proxy.example"]
        assert server.dialled == [(PUBLIC, 3128)]
        assert server.targets == [URL]

    def test_it_carries_tls_to_the_host(self, serve, authority):
        context = authority.context(HOST)

        def tunnel(talk) -> None:
            talk.hear()
            talk.say(b"HTTP/1.1 200 Connected\r\n\r\n")
            talk.secure(context)
            talk.hear()
            talk.say(reply())

        server = serve(tunnel)
        found = fetcher(server, proxy="http://proxy.example:3128", ca_bundle=authority.bundle)

        assert found.fetch(URL.replace("http:", "https:"), Limits()) == PNG
        assert server.requests[0].startswith(b"CONNECT films.example.org:443 ")
        assert server.targets[1] == "/film.png"

    def test_its_refusal_is_unreachable(self, serve):
        server = serve(reply(status="403 Forbidden"))
        found = fetcher(server, proxy="http://proxy.example:3128")

        assert code_of(found, "https://films.example.org/") is Code.URL_UNREACHABLE

    def test_its_own_address_must_be_public_or_allowed(self, serve):
        server = serve(reply())
        names = Names({"proxy.example": ["10.0.0.1"]})

        assert code_of(fetcher(server, names, proxy="http://proxy.example:3128"), URL) is (
            Code.URL_PRIVATE_ADDRESS
        )
        assert server.dialled == []

    def test_a_private_number_is_refused_before_it_is_asked(self, serve):
        server = serve(reply())
        found = fetcher(server, proxy="http://proxy.example:3128")

        assert code_of(found, "http://169.254.169.254/") is Code.URL_PRIVATE_ADDRESS
        assert server.dialled == []
