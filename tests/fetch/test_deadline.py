"""Three limits of time: connection, silence, and a total over everything."""

import time

import pytest

from cxr_app.codes import Code
from cxr_app.fetch.client import Fetcher, FetchRules
from cxr_app.limits import Limits
from tests.fetch.servers import PNG, Names, Talk, error_of, fetcher, forward, reply

URL = "http://films.example.org/film.png"


def out_of_time(found: Fetcher) -> object:
    """Fetch from a server that is too slow, and return the seconds that are said."""
    began = time.monotonic()
    error = error_of(found, URL)

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


def test_f40_a_line_of_status_that_never_ends_is_no_answer(serve):
    def drip(talk: Talk) -> None:
        talk.hear()
        for _ in range(10_000):
            talk.say(b"HTTP/1.1 100 Continue\r\n\r\n")

    assert error_of(fetcher(serve(drip)), URL).code is Code.URL_UNREACHABLE


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
    def late(answer: bytes):
        def say(talk: Talk) -> None:
            talk.hear()
            talk.pause(0.2)
            talk.say(answer)

        return say

    server = serve(late(forward("/b")), late(forward("/c")), late(reply()))

    assert out_of_time(fetcher(server, total_seconds=0.5)) == "0.5"
    assert (
        fetcher(serve(late(forward("/b")), late(reply())), total_seconds=5).fetch(URL, Limits())
        == PNG
    )


def test_f40_a_handshake_that_trickles_ends_with_the_total(serve):
    server = serve(lambda talk: talk.trickle(b"\x16\x03\x03\x40\x00" + b"x" * 999, every=0.02))
    found = fetcher(server, total_seconds=0.3)

    assert error_of(found, URL.replace("http:", "https:")).code in (
        Code.URL_TIMEOUT,
        Code.URL_TLS,
    )


def test_no_more_fetches_are_under_way_than_the_rules_allow(serve):
    from concurrent.futures import ThreadPoolExecutor

    under_way, most = [0], [0]

    def count(talk: Talk) -> None:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        talk.hear()
        talk.pause(0.05)
        under_way[0] -= 1
        talk.say(reply())

    found = fetcher(serve(count), at_once=2)
    with ThreadPoolExecutor(6) as threads:
        pictures = list(threads.map(lambda _: found.fetch(URL, Limits()), range(6)))

    assert pictures == [PNG] * 6
    assert most == [2]


def test_f40_a_slow_server_does_not_keep_the_others_waiting(serve):
    from concurrent.futures import ThreadPoolExecutor

    slow = serve(lambda talk: talk.pause(20))
    good = serve(reply())

    def dial(address: object, port: int, seconds: float):
        return (slow if str(address) == "8.8.8.8" else good).dial(address, port, seconds)

    names = Names({"slow.example": ["8.8.8.8"]})
    found = Fetcher(FetchRules(silence_seconds=1.0), resolve=names, dial=dial)
    with ThreadPoolExecutor(2) as threads:
        late = threads.submit(error_of, found, "http://slow.example/")
        assert found.fetch(URL, Limits()) == PNG
        assert not late.done()
        assert late.result().code is Code.URL_TIMEOUT
