"""Redirects are followed by hand: few, each checked as if it had been typed, no body read."""

import pytest

from cxr_app.codes import Code
from cxr_app.limits import Limits
from tests.fetch.servers import PNG, PUBLIC, Names, Talk, code_of, fetcher, forward, reply

URL = "http://films.example.org/a/film.png?size=1"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        pytest.param("/b.png", "/b.png", id="F39 from the root"),
        pytest.param("../c.png?x", "/c.png?x", id="F39 relative"),
        pytest.param("http://cdn.example/d.png", "/d.png", id="F39 another host"),
        pytest.param("/e.png#there", "/e.png", id="F39 fragment"),
    ],
)
def test_a_redirect_is_followed(serve, location: str, target: str):
    server = serve(forward(location), reply())

    assert fetcher(server).fetch(URL, Limits()) == PNG
    assert server.targets == ["/a/film.png?size=1", target]


@pytest.mark.parametrize("status", [301, 303, 307, 308])
def test_these_states_are_redirects(serve, status: int):
    server = serve(forward("/b.png", status=f"{status} Go"), reply())

    assert fetcher(server).fetch(URL, Limits()) == PNG


@pytest.mark.parametrize("status", [300, 304])
def test_these_are_not(serve, status: int):
    server = serve(forward("/b.png", status=f"{status} Go"), reply())

    assert code_of(fetcher(server), URL) is Code.URL_STATUS
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("location", "code"),
    [
        pytest.param("http://127.0.0.1:8080/", Code.URL_PRIVATE_ADDRESS, id="F39 private number"),
        pytest.param("http://[::1]/", Code.URL_PRIVATE_ADDRESS, id="F39 private IPv6"),
        pytest.param("http://inside.example/", Code.URL_PRIVATE_ADDRESS, id="F39 private name"),
        pytest.param("//169.254.169.254/", Code.URL_PRIVATE_ADDRESS, id="F39 cloud's own data"),
        pytest.param("file:///etc/passwd", Code.URL_SCHEME, id="F39 file"),
        pytest.param("http://films.example.org:22/", Code.URL_INVALID, id="F39 other port"),
        pytest.param("http://u:p@films.example.org/", Code.URL_INVALID, id="F39 with a user"),
        pytest.param("", Code.URL_REDIRECTS, id="F39 empty target"),
    ],
)
def test_a_redirect_to_a_wrong_place_ends_there(serve, location: str, code: Code):
    server = serve(forward(location), reply())
    names = Names({"inside.example": ["10.0.0.1"]})

    assert code_of(fetcher(server, names), URL) is code
    assert server.dialled == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reply(b"", status="302 Found"), id="F39 no target"),
        pytest.param(
            reply(b"", "Location: /a", "Location: /b", status="302 Found"), id="F39 two targets"
        ),
    ],
)
def test_a_redirect_without_one_target_is_url_redirects(serve, answer: bytes):
    assert code_of(fetcher(serve(answer)), URL) is Code.URL_REDIRECTS


def test_a_target_that_is_not_utf8_is_invalid(serve):
    assert code_of(fetcher(serve(forward("/\xff"))), URL) is Code.URL_INVALID


def test_a_target_in_utf8_is_followed(serve):
    server = serve(forward("/\xc3\xbc.png"), reply())  # as Latin-1 the two bytes of an umlaut

    assert fetcher(server).fetch(URL, Limits()) == PNG
    assert server.targets[1] == "/%C3%BC.png"


def test_f39_https_never_leads_to_http(serve, authority):
    context = authority.context("films.example.org")
    server = serve(forward("http://films.example.org/"), reply(), context=context)
    found = fetcher(server, ca_bundle=authority.bundle)

    assert code_of(found, "https://films.example.org/") is Code.URL_SCHEME
    assert server.dialled == [(PUBLIC, 443)]


def test_f39_three_redirects_are_followed_and_a_fourth_is_not(serve):
    hops = [forward(f"/{n}") for n in range(1, 5)]
    three = serve(*hops[:3], reply())
    four = serve(*hops, reply())

    assert fetcher(three).fetch(URL, Limits()) == PNG
    assert code_of(fetcher(four), URL) is Code.URL_REDIRECTS
    assert len(four.requests) == 4


def test_f39_a_loop_ends(serve):
    server = serve(forward("/a/film.png?size=1"))

    assert code_of(fetcher(server), URL) is Code.URL_REDIRECTS
    assert len(server.requests) == 4


def test_f39_the_body_of_a_redirect_is_never_read(serve):
    n_bytes = 200 * 2**20

    def endless(talk: Talk) -> None:
        talk.hear()
        talk.say(reply(b"", "Location: /b.png", status="302 Found", length=n_bytes))
        for _ in range(n_bytes // 2**16):
            talk.say(b"x" * 2**16)

    server = serve(endless, reply())

    assert fetcher(server).fetch(URL, Limits()) == PNG
    assert server.sent < n_bytes / 4  # what the network holds on the way


def test_nothing_is_sent_along_to_the_next_hop(serve):
    server = serve(
        reply(b"", "Location: /b.png", "Set-Cookie: a=1", "Set-Cookie: b=2", status="302 Found"),
        reply(),
    )

    fetcher(server).fetch(URL, Limits())

    first, second = server.requests
    assert second == first.replace(b"/a/film.png?size=1", b"/b.png")
    assert b"Referer" not in second
    assert b"Cookie" not in second
