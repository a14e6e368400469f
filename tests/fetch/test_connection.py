"""A name is asked once, all its addresses are checked, and one of them is connected to."""

import socket
import threading
from ipaddress import ip_address

import pytest

from cxr_app.codes import Code
from cxr_app.fetch.client import Fetcher, FetchRules, direct
from cxr_app.fetch.public_addresses import IPAddress
from cxr_app.fetch.resolver import system_resolver
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

    found = Fetcher(FetchRules(total_seconds=0.1), resolve=slow, route=serve(reply()).route)
    error = error_of(found, URL)
    is_too_early = not over.is_set()
    over.set()

    assert is_too_early
    assert (error.code, error.figures) == (Code.URL_TIMEOUT, {"seconds": "0.1"})


def closed_place() -> tuple[str, int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()


def test_f38_two_hundred_public_addresses_are_not_all_knocked_at():
    knocked: list[str] = []
    place = closed_place()

    def refuse(address: IPAddress, port: int) -> tuple[str, int]:
        knocked.append(str(address))
        return place

    many = [*[f"93.184.215.{n}" for n in range(100)], *[f"2606:4700::{n:x}" for n in range(1, 101)]]
    found = Fetcher(FetchRules(), resolve=Names({HOST: many}), route=refuse)

    assert code_of(found, URL) is Code.URL_UNREACHABLE
    assert knocked == ["93.184.215.0", "2606:4700::1"]  # the first of each family


def test_a_host_that_refuses_ipv6_is_reached_over_ipv4(serve):
    server, place = serve(reply()), closed_place()
    names = Names({HOST: [PUBLIC_6, PUBLIC]})

    def refuse_6(address: IPAddress, port: int) -> tuple[str, int]:
        return place if address.version == 6 else server.route(address, port)

    assert Fetcher(FetchRules(), resolve=names, route=refuse_6).fetch(URL, Limits()) == PNG


def test_f40_a_connection_that_nobody_takes_leaves_time_for_the_other_family(serve):
    server = serve(reply())
    names = Names({HOST: [PUBLIC_6, PUBLIC]})
    rules = FetchRules(connect_seconds=0.4)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as silent:
        place = silent.getsockname()
        # Linux takes two for a queue of none; whoever comes then hears nothing.
        with socket.create_connection(place), socket.socket() as second:
            second.setblocking(False)
            second.connect_ex(place)

            def route(address: IPAddress, port: int) -> tuple[str, int]:
                return place if address.version == 6 else server.route(address, port)

            assert Fetcher(rules, resolve=names, route=route).fetch(URL, Limits()) == PNG

            error = error_of(Fetcher(rules, resolve=Names(), route=lambda *_: place), URL)
            assert (error.code, error.figures) == (Code.URL_TIMEOUT, {"seconds": "0.4"})


def test_a_checked_address_is_the_place_that_is_connected_to():
    assert direct(ip_address(PUBLIC_6), 443) == (PUBLIC_6, 443)


def test_the_systems_resolver_answers_with_addresses():
    assert system_resolver("127.0.0.1", 80) == ("127.0.0.1",)
    assert system_resolver("::1", 80) == ("::1",)


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
