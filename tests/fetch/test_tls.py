"""Certificates are verified by the real host's name, and nothing goes on where one is wrong."""

import pytest

from cxr_app.codes import Code
from cxr_app.limits import Limits
from tests.fetch.certificates import Authority
from tests.fetch.servers import PNG, PUBLIC, Names, Talk, code_of, error_of, fetcher, reply

HOST = "films.example.org"
URL = f"https://{HOST}/film.png"


def test_the_certificate_and_the_greeting_are_for_the_name_although_an_address_is_dialled(
    serve, authority: Authority
):
    context = authority.context(HOST)
    greeted: list[str | None] = []
    context.sni_callback = lambda connection, name, same: greeted.append(name)
    server = serve(reply(), context=context)

    data = fetcher(server, ca_bundle=authority.bundle).fetch(URL, Limits())

    assert data == PNG
    assert greeted == [HOST]
    assert server.dialled == [(PUBLIC, 443)]
    assert f"Host: {HOST}\r\n".encode() in server.requests[0]


def test_an_address_in_the_url_is_what_its_certificate_must_name(serve, authority: Authority):
    good = serve(reply(), context=authority.context(PUBLIC))
    other = serve(reply(), context=authority.context(HOST))

    assert fetcher(good, ca_bundle=authority.bundle).fetch(f"https://{PUBLIC}/", Limits()) == PNG
    assert code_of(fetcher(other, ca_bundle=authority.bundle), f"https://{PUBLIC}/") is Code.URL_TLS


@pytest.mark.parametrize(
    ("host", "options", "is_known"),
    [
        pytest.param(HOST, {"is_expired": True}, True, id="F43 certificate expired"),
        pytest.param("other.example.org", {}, True, id="F43 certificate of another host"),
        pytest.param(HOST, {}, False, id="F43 certificate of an authority that nobody knows"),
    ],
)
def test_a_wrong_certificate_is_url_tls(
    serve, authority: Authority, *, host: str, options: dict, is_known: bool
):
    server = serve(reply(), context=authority.context(host, **options))
    rules = {"ca_bundle": authority.bundle} if is_known else {}

    assert code_of(fetcher(server, **rules), URL) is Code.URL_TLS

    assert server.requests == []  # not a byte of the request was sent
    assert server.dialled == [(PUBLIC, 443)]  # no second try, and none without TLS


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reply(), id="F43 no TLS on this port"),
        pytest.param(b"\x15\x03\x03\x00\x02\x02\x28", id="F43 the handshake is refused"),
    ],
)
def test_a_broken_handshake_is_url_tls(serve, answer: bytes):
    def answer_at_once(talk: Talk) -> None:
        talk.say(answer)
        talk.pause(5)

    server = serve(answer_at_once)

    assert code_of(fetcher(server), URL) is Code.URL_TLS
    assert server.dialled == [(PUBLIC, 443)]


def test_f43_a_handshake_that_never_comes_is_ended_by_the_clock_of_connections(serve):
    server = serve(lambda talk: talk.pause(10))

    error = error_of(fetcher(server, connect_seconds=0.2), URL)

    assert (error.code, error.figures) == (Code.URL_TIMEOUT, {"seconds": "0.2"})


def test_f38_a_name_that_moves_meets_the_certificate_of_its_own_name(serve, authority: Authority):
    server = serve(reply(), context=authority.context("attacker.example"))
    names = Names({HOST: iter([[PUBLIC]])})  # a second question would have no answer

    assert code_of(fetcher(server, names, ca_bundle=authority.bundle), URL) is Code.URL_TLS
    assert names.asked == [HOST]


def test_no_setting_of_the_environment_writes_the_keys_of_a_connection(
    serve, authority: Authority, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    server = serve(reply(), context=authority.context(HOST))

    fetcher(server, ca_bundle=authority.bundle).fetch(URL, Limits())

    assert not (tmp_path / "keys").exists()
