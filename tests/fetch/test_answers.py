"""What an address must hold: a picture, and the server must say that all is well."""

import json

import pytest

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.decode import decode
from cxr_app.limits import Limits
from tests.fetch.servers import PNG, code_of, error_of, fetcher, reply

URL = "http://films.example.org/film.png"
PAGE = b"<!doctype html><title>Sign in</title><p>Please sign in."


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(PAGE, id="F42 HTML"),
        pytest.param(b"\xef\xbb\xbf\r\n" + PAGE, id="F42 HTML with a mark before it"),
        pytest.param(PAGE.decode().encode("utf-16"), id="F42 HTML in UTF-16"),
        pytest.param("<p>Zugang ungültig".encode("latin-1"), id="F42 HTML in Latin-1"),
        pytest.param(json.dumps({"error": "no"}).encode(), id="F42 JSON"),
        pytest.param(b"Not found", id="F42 text"),
        pytest.param(b"BMW", id="F42 text that begins like a picture"),
    ],
)
def test_text_is_not_a_picture_whatever_the_server_calls_it(serve, body: bytes):
    assert (
        code_of(fetcher(serve(reply(body, "Content-Type: image/jpeg"))), URL) is Code.URL_NOT_IMAGE
    )


@pytest.mark.parametrize("kind", ["text/html", ""])
def test_f42_a_picture_is_one_whatever_the_server_calls_it(serve, kind: str):
    server = serve(reply(PNG, f"Content-Type: {kind}"))

    assert fetcher(server).fetch(URL, Limits()) == PNG


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"<svg width='9' height='9'/>", Code.UNSUPPORTED_FORMAT, id="F42 SVG"),
        pytest.param(b"GIF89a" + bytes(64), Code.UNSUPPORTED_FORMAT, id="F42 GIF"),
        pytest.param(b"%PDF-1.7\n" + b"text " * 20, Code.UNSUPPORTED_FORMAT, id="F42 PDF"),
        pytest.param(b"\x7fELF\x02\x01\x01" + bytes(64), Code.NOT_AN_IMAGE, id="F42 a program"),
        pytest.param(PNG[:200], Code.TRUNCATED, id="F42 half a picture"),
    ],
)  # fmt: skip
def test_what_kind_of_file_it_is_the_decoder_says(serve, body: bytes, code: Code):
    data = fetcher(serve(reply(body))).fetch(URL, Limits())

    with pytest.raises(Rejected) as caught:
        decode(data, Limits())
    assert caught.value.code is code


@pytest.mark.parametrize("length", [-1, None])
def test_f42_an_empty_body_is_empty(serve, length: int | None):
    assert code_of(fetcher(serve(reply(b"", length=length))), URL) is Code.EMPTY


@pytest.mark.parametrize(
    "status",
    [
        pytest.param(204, id="F42 204"),
        pytest.param(206, id="F42 206"),
        pytest.param(401, id="F43 401"),
        pytest.param(404, id="F43 404"),
        pytest.param(500, id="F43 500"),
        pytest.param(999, id="F43 999"),
    ],
)
def test_any_status_but_200_is_said_and_not_tried_again(serve, status: int):
    server = serve(reply(PNG, "Retry-After: 0", status=f"{status} X"))

    error = error_of(fetcher(server), URL)

    assert (error.code, error.figures) == (Code.URL_STATUS, {"status": status})
    assert len(server.dialled) == 1


def test_f43_the_body_of_an_error_is_not_read(serve):
    def fail(talk) -> None:
        talk.hear()
        talk.say(reply(b"", status="404 Not Found", length=10**9))
        for _ in range(2000):
            talk.say(b"x" * 2**16)

    server = serve(fail)

    assert code_of(fetcher(server), URL) is Code.URL_STATUS
    assert server.sent < 2**25  # what the network holds on the way


def test_a_refused_connection_is_unreachable(serve):
    server = serve(reply())
    server.close()

    assert code_of(fetcher(server), URL) is Code.URL_UNREACHABLE
    assert len(server.dialled) == 1
