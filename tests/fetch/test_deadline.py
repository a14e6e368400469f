"""Three limits of time: connection, silence, and a total over everything."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cxr_app.codes import Code
from cxr_app.fetch.client import Fetcher, FetchRules
from cxr_app.fetch.public_addresses import IPAddress
from cxr_app.limits import Limits
from tests.fetch.servers import PNG, Names, Talk, error_of, fetcher, forward, reply

URL = "http://films.example.org/film.png"


def out_of_time(found: Fetcher, url: str = URL) -> object:
    """Fetch from a server that is too slow, and return the seconds that are said."""
    began = time.monotonic()
    error = error_of(found, url)

    assert error.code is Code.URL_TIMEOUT
    assert time.monotonic() - began < 8  # the scripts below take longer, or never end
    return error.figures["seconds"]


def test_a_server_that_says_nothing_is_silent(serve):
    server = serve(lambda talk: talk.pause(20))

    assert out_of_time(fetcher(server, silence_seconds=0.2)) == "0.2"


def test_f40_a_header_that_trickles_ends_with_the_total(serve):
    def drip(talk: Talk) -> None:
        talk.hear()
        talk.trickle(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000, every=0.02)

    assert out_of_time(fetcher(serve(drip), silence_seconds=10, total_seconds=0.3)) == "0.3"


def test_f40_a_header_that_never_begins_ends_with_the_total(serve):
    def drip(talk: Talk) -> None:
        talk.hear()
        while True:
            talk.say(b"HTTP/1.1 100 Continue\r\n\r\n")

    assert out_of_time(fetcher(serve(drip), total_seconds=0.3)) == "0.3"


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(reply(b"", length=1000), id="F40 body of a declared length"),
        pytest.param(reply(b"", length=None), id="F40 body without an end"),
        pytest.param(reply(b"", "Transfer-Encoding: chunked", length=None), id="F40 chunks"),
    ],
)
def test_a_body_that_trickles_ends_with_the_total(serve, start: bytes):
    def drip(talk: Talk) -> None:
        talk.hear()
        talk.say(start)
        while True:
            talk.trickle(b"1\r\nx\r\n", every=0.02)

    assert out_of_time(fetcher(serve(drip), silence_seconds=10, total_seconds=0.3)) == "0.3"


def test_f40_a_stall_at_99_percent_ends_with_silence(serve):
    def stall(talk: Talk) -> None:
        talk.hear()
        talk.say(reply()[:-5])
        talk.pause(20)

    assert out_of_time(fetcher(serve(stall), silence_seconds=0.2)) == "0.2"


def test_f40_the_total_runs_over_all_hops(serve):
    def forward_late(talk: Talk) -> None:
        talk.hear()
        talk.pause(0.15)
        talk.say(forward("/again"))

    assert out_of_time(fetcher(serve(forward_late), total_seconds=0.4)) == "0.4"


def test_f40_tls_that_trickles_ends_with_the_total(serve, authority):
    def drip(talk: Talk) -> None:
        talk.hear()
        talk.say(reply(b"", length=None))
        talk.trickle(b"x" * 1000, every=0.02)

    server = serve(drip, context=authority.context("films.example.org"))
    found = fetcher(server, total_seconds=0.4, ca_bundle=authority.bundle)

    assert out_of_time(found, URL.replace("http:", "https:")) == "0.4"


def test_f40_a_proxy_that_trickles_ends_with_the_total(serve):
    def drip(talk: Talk) -> None:
        talk.hear()
        talk.trickle(b"HTTP/1.1 200 Connected\r\nX: " + b"x" * 1000, every=0.02)

    found = fetcher(serve(drip), total_seconds=0.3, proxy="http://proxy.example:3128")

    assert out_of_time(found, URL.replace("http:", "https:")) == "0.3"


def test_f40_a_slow_server_does_not_keep_the_others_waiting(serve):
    slow = serve(lambda talk: talk.pause(20))
    good = serve(reply())

    def route(address: IPAddress, port: int) -> tuple[str, int]:
        return (slow if str(address) == "8.8.8.8" else good).route(address, port)

    names = Names({"slow.example": ["8.8.8.8"]})
    found = Fetcher(FetchRules(silence_seconds=0.4), resolve=names, route=route)
    with ThreadPoolExecutor(2) as threads:
        late = threads.submit(error_of, found, "http://slow.example/")
        assert found.fetch(URL, Limits()) == PNG
        assert not late.done()
        assert late.result().code is Code.URL_TIMEOUT


def test_a_third_fetch_waits_where_two_may_go_on_and_its_time_has_not_begun(serve):
    lock, over = threading.Lock(), threading.Event()
    now, most = 0, 0

    def count(talk: Talk) -> None:
        nonlocal now, most
        talk.hear()
        with lock:
            now += 1
            most = max(most, now)
        over.wait(0.15)  # five in a row are over the total
        with lock:
            now -= 1
        talk.say(reply())

    found = fetcher(serve(count), at_once=2, total_seconds=0.6)
    with ThreadPoolExecutor(10) as threads:
        pictures = list(threads.map(lambda _: found.fetch(URL, Limits()), range(10)))

    assert pictures == [PNG] * 10
    assert most == 2
