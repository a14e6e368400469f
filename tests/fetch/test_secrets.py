"""What a user typed goes to its server and nowhere else, and nothing else goes there."""

import base64
import logging
from pathlib import Path

import pytest

from cxr_app.errors import Rejected
from cxr_app.limits import Limits
from cxr_app.sources import UrlSource
from tests.fetch.servers import PNG, Talk, error_of, fetcher, forward, reply

MARKER = "ZZMARKER"
URL = f"http://films.example.org/{MARKER}/film.png?token={MARKER}#{MARKER}"


def test_the_request_is_these_lines_and_no_other(serve):
    server = serve(reply())

    fetcher(server).fetch("http://films.example.org:8080/a.png?q=1#part", Limits())

    assert server.requests == [
        b"GET /a.png?q=1 HTTP/1.1\r\n"
        b"Host: films.example.org:8080\r\n"
        b"User-Agent: cxr-demo\r\n"
        b"Accept: image/jpeg, image/png, image/webp, image/tiff, image/bmp\r\n"
        b"Accept-Encoding: identity\r\n"
        b"Connection: close\r\n\r\n"
    ]


@pytest.mark.parametrize(
    "proxy",
    [
        pytest.param("http://10.0.0.1:3128", id="F44 proxy variables"),
        pytest.param("http://[", id="F44 proxy variables that nobody can read"),
    ],
)
def test_the_environment_adds_nothing(
    serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxy: str
):
    (tmp_path / "netrc").write_text("machine films.example.org login ZZUSER password ZZPASS\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nothing"))
    server = serve(reply())

    assert fetcher(server).fetch(URL, Limits()) == PNG

    assert server.dialled == [("93.184.215.14", 80)]
    assert b"Authorization" not in server.requests[0]
    assert base64.b64encode(b"ZZUSER:ZZPASS") not in server.requests[0]


def test_f44_a_cookie_is_not_kept_for_the_next_picture(serve):
    server = serve(reply(PNG, "Set-Cookie: seen=1; Path=/", "Set-Cookie2: a=1"), reply())
    found = fetcher(server)

    found.fetch(URL, Limits())
    found.fetch(URL, Limits())

    assert b"seen" not in server.requests[1]
    assert server.requests[0] == server.requests[1]


def _stall(talk: Talk) -> None:
    talk.hear()
    talk.say(reply()[:-5])
    talk.pause(5)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param([reply(f"<p>{MARKER}".encode())], id="F44 error page that echoes"),
        pytest.param([reply(MARKER.encode(), status=f"404 {MARKER}")], id="F44 status that echoes"),
        pytest.param([reply(PNG, f"{MARKER} without a colon")], id="F44 header that is none"),
        pytest.param([reply(PNG, f"Content-Length: {MARKER}")], id="F44 length that is none"),
        pytest.param(
            [reply(PNG, f"Content-Length: {len(PNG)}", "Transfer-Encoding: chunked")],
            id="F44 length and chunks",
        ),
        pytest.param([f"{MARKER}\r\n\r\n".encode()], id="F44 no HTTP"),
        pytest.param([reply()[:-5]], id="F44 breaks off"),
        pytest.param([_stall], id="F44 stalls"),
        pytest.param([forward(f"http://127.0.0.1/{MARKER}")], id="F44 redirect to a private place"),
        pytest.param([forward(f"http://{MARKER}@a.org/")], id="F44 redirect with a user"),
        pytest.param([forward(f"/{MARKER}")], id="F44 redirect in a loop"),
        pytest.param([forward("http://nothing.example/")], id="F44 redirect to a refused port"),
        pytest.param([reply(PNG, f"Set-Cookie: {MARKER}=\x01")], id="F44 good, and a cookie"),
    ],
)
def test_no_message_log_or_warning_holds_the_address(
    serve, script: list, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    caplog.set_level(logging.DEBUG)
    server = serve(*script)
    found = fetcher(server, silence_seconds=0.2)
    said = ""

    try:
        found.fetch(URL, Limits())
    except Rejected as error:
        said = f"{error!r} {error} {error.figures}"

    lines = "".join(f"{record.getMessage()} {record.exc_text}\n" for record in caplog.records)
    for text in (said, lines, *capfd.readouterr()):
        assert MARKER not in text
        assert "films.example.org" not in text


def test_f44_tls_errors_are_logged_without_the_host(
    serve, authority, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    server = serve(reply(), context=authority.context("other.example.org"))

    error = error_of(fetcher(server, ca_bundle=authority.bundle), URL.replace("http:", "https:"))

    assert MARKER not in caplog.text
    assert "films.example.org" not in caplog.text
    assert "example" not in str(error)


def test_f44_a_source_shows_no_secret():
    source = UrlSource(f"https://user:{MARKER}@films.example.org/a.png?token={MARKER}", None)

    assert source.name == "https://***@films.example.org/a.png?***"
    assert MARKER not in repr(source)
